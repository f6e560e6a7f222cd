package farmtest

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

func planners() []Case {
	return []Case{
		{"planner.gave-up-late", "an attempt that was given up but ended first keeps its end", gaveUpLate},
		{"planner.followed", "a planner that another has followed publishes nothing more for a cell", followed},
	}
}

func gaveUpLate(t *testing.T, join opened) {
	c := join()
	w, again := work("a", 1), work("a", 2)
	again.Lost = true
	publish(t, c, w)
	g := acquire(t, c, "one", Long, reader("1"))
	wants(t, "begin", c.Begin(t.Context(), w, g.Token), nil)
	wants(t, "commit", c.Commit(t.Context(), w, g.Token, pass()), nil)
	wants(t, "publish the next", c.Publish(t.Context(), again), farm.ErrTaken)
	stands(t, c, w, farm.Done)
}

func followed(t *testing.T, join opened) {
	c := join()
	older := acquire(t, c, "one", Long, reader("1")).Token
	newer := acquire(t, c, "two", Long, reader("2")).Token
	w, late := work("a", 1), work("a", 2)
	w.Planner, late.Planner = newer, older
	publish(t, c, w)
	wants(t, "the older planner publishes", c.Publish(t.Context(), late), farm.ErrTaken)
	stands(t, c, w, farm.Waiting)
}
