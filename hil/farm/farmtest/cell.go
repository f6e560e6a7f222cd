package farmtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

func cells() []Case {
	return []Case{
		{"cell.life", "a cell waits, runs under a grant, and ends with what was found", life},
		{"cell.own-host", "a host gets its own work and no other's", ownHost},
		{"cell.wakes", "who waits for work gets what is published later", wakes},
		{"cell.offered-again", "publishing the same attempt again neither fails nor doubles it", offeredAgain},
		{"cell.requeued", "work that waits but left the queue, by a stale acknowledgement, comes again once it is published again", requeued},
		{"cell.redelivered", "work that nobody acknowledges is handed out again; what is acknowledged is not", redelivered},
		{"cell.later", "work put off comes again, and not through that to an end of its tries", later},
		{"cell.later-attempt", "a later attempt makes the earlier one stale, whatever that still does", laterAttempt},
		{"cell.newer-token", "the newer grant takes an attempt over; the older one can no longer commit", newerToken},
		{"cell.late-ack", "an acknowledgement proves nothing: a stale worker's does not end a cell", lateAck},
		{"cell.commit-race", "of many commits one counts", commitRace},
		{"cell.commit-again", "the same commit again is no error, another one is", commitAgain},
		{"cell.rerun", "a cell that has ended can be run again as a later attempt", rerun},
		{"cell.unknown", "what was never published is unknown", unknown},
		{"cell.nonsense", "work that means nothing is refused, and leaves nothing", nonsenseWork},
	}
}

func work(cell string, attempt int) farm.Work {
	return farm.Work{
		Run: "run 1", Cell: cell, Attempt: attempt, Host: Host, Devices: []farm.Device{reader("1-1.3")},
		Job: json.RawMessage(`{"n":1}`), Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	}
}

func pass() farm.Outcome { return farm.Outcome{Verdict: "PASS", Digest: "aa"} }

func publish(t *testing.T, c farm.Coordinator, w ...farm.Work) {
	t.Helper()
	wants(t, "publish", c.Publish(t.Context(), w...), nil)
}

func next(t *testing.T, c farm.Coordinator, host string) farm.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	d, err := c.Next(ctx, host)
	if err != nil {
		t.Fatalf("next for %s: %v", host, err)
	}
	return d
}

// nothing fails when a host is given work within a moment.
func nothing(t *testing.T, c farm.Coordinator, host string, moment time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), moment)
	defer cancel()
	if d, err := c.Next(ctx, host); err == nil {
		t.Fatalf("%s is given %+v", host, d.Work())
	} else if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("next for %s: %v", host, err)
	}
}

func stands(t *testing.T, c farm.Coordinator, w farm.Work, phase farm.Phase) farm.Progress {
	t.Helper()
	all, err := c.Run(t.Context(), w.Run)
	wants(t, "run", err, nil)
	for _, p := range all {
		if p.Work.Cell == w.Cell {
			if p.Phase != phase || p.Work.Attempt != w.Attempt {
				t.Fatalf("%s: attempt %d is %s, want attempt %d %s", w.Cell, p.Work.Attempt, p.Phase, w.Attempt, phase)
			}
			return p
		}
	}
	t.Fatalf("run %s has no cell %s", w.Run, w.Cell)
	return farm.Progress{}
}

func life(t *testing.T, join opened) {
	planner, host := join(), join()
	a, b := work("series 9.T1", 1), work("b", 1)
	publish(t, planner, b, a)
	stands(t, host, a, farm.Waiting)
	d := next(t, host, b.Host)
	if got := d.Work(); !reflect.DeepEqual(got, b) {
		t.Fatalf("got %+v, want %+v", got, b)
	}
	g := acquire(t, host, "b", Long, b.Devices...)
	wants(t, "begin", host.Begin(t.Context(), b, g.Token), nil)
	wants(t, "begin once more", host.Begin(t.Context(), b, g.Token), nil)
	if p := stands(t, planner, b, farm.Running); p.Token != g.Token {
		t.Errorf("runs under %+v, want %+v", p.Token, g.Token)
	}
	wants(t, "extend", d.Extend(), nil)
	o := farm.Outcome{Verdict: "FAIL", Reason: "no answer", Digest: "00ff", Result: json.RawMessage(`{"id":"b"}`), Start: time.Unix(1, 0).UTC(), End: time.Unix(2, 0).UTC()}
	wants(t, "commit", host.Commit(t.Context(), b, g.Token, o), nil)
	wants(t, "ack", d.Ack(), nil)
	if p := stands(t, planner, b, farm.Done); p.Outcome == nil || !reflect.DeepEqual(*p.Outcome, o) {
		t.Errorf("ended with %+v", p.Outcome)
	}
	all, err := planner.Run(t.Context(), a.Run)
	if err != nil || len(all) != 2 || all[0].Work.Cell != "b" || all[1].Work.Cell != a.Cell {
		t.Errorf("the run is %+v, %v", all, err)
	}
}

func ownHost(t *testing.T, join opened) {
	c := join()
	a, b := work("a", 1), work("b", 1)
	b.Host = "bench.2"
	publish(t, c, a, b)
	if d := next(t, c, "bench.2"); d.Work().Cell != "b" {
		t.Errorf("bench.2 is given %+v", d.Work())
	}
	nothing(t, c, "bench.3", Again/4)
	if d := next(t, c, Host); d.Work().Cell != "a" {
		t.Errorf("bench.1 is given %+v", d.Work())
	}
}

func wakes(t *testing.T, join opened) {
	planner, host := join(), join()
	got := make(chan string, 1)
	go func() {
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		defer cancel()
		d, err := host.Next(ctx, Host)
		if err != nil {
			got <- err.Error()
			return
		}
		got <- d.Work().Cell
	}()
	time.Sleep(Again / 7)
	publish(t, planner, work("a", 1))
	if cell := <-got; cell != "a" {
		t.Errorf("got %s", cell)
	}
}

func offeredAgain(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	publish(t, c, w)
	d := next(t, c, w.Host)
	publish(t, c, w)
	wants(t, "ack", d.Ack(), nil)
	nothing(t, c, w.Host, Again+Again/2)
}

func requeued(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	wants(t, "ack", next(t, c, w.Host).Ack(), nil)
	stands(t, c, w, farm.Waiting)
	for range 2 {
		time.Sleep(Again / 20) // an acknowledgement is not answered
		publish(t, c, w)
	}
	wants(t, "ack", next(t, c, w.Host).Ack(), nil)
	nothing(t, c, w.Host, Again/4)
}

func redelivered(t *testing.T, join opened) {
	a, b := join(), join()
	w := work("a", 1)
	publish(t, a, w)
	next(t, a, w.Host)
	d := next(t, b, w.Host)
	wants(t, "ack", d.Ack(), nil)
	nothing(t, b, w.Host, Again+Again/2)
}

func later(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	for range 6 { // more often than a keeper may try
		wants(t, "later", next(t, c, w.Host).Later(Again/20), nil)
	}
	wants(t, "ack", next(t, c, w.Host).Ack(), nil)
	nothing(t, c, w.Host, Again/4)
}

func laterAttempt(t *testing.T, join opened) {
	planner, host := join(), join()
	first, second := work("a", 1), work("a", 2)
	publish(t, planner, first)
	old := next(t, host, first.Host)
	g := acquire(t, host, "old", Long, reader("1"))
	wants(t, "begin", host.Begin(t.Context(), first, g.Token), nil)
	publish(t, planner, second)
	wants(t, "publish the first again", planner.Publish(t.Context(), first), farm.ErrTaken)
	wants(t, "the first commits", host.Commit(t.Context(), first, g.Token, pass()), farm.ErrTaken)
	wants(t, "the first begins", host.Begin(t.Context(), first, g.Token), farm.ErrTaken)
	_ = old.Ack() // may fail or not: it proves nothing
	d := next(t, host, second.Host)
	if d.Work().Attempt != 2 {
		t.Fatalf("given attempt %d", d.Work().Attempt)
	}
	h := acquire(t, host, "new", Long, reader("2"))
	wants(t, "the second begins", host.Begin(t.Context(), second, h.Token), nil)
	wants(t, "the second commits", host.Commit(t.Context(), second, h.Token, pass()), nil)
	stands(t, planner, second, farm.Done)
}

func newerToken(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	old, g := acquire(t, c, "old", Long, reader("1")), acquire(t, c, "new", Long, reader("2"))
	wants(t, "the old begins", c.Begin(t.Context(), w, old.Token), nil)
	wants(t, "the new begins", c.Begin(t.Context(), w, g.Token), nil)
	wants(t, "the old begins again", c.Begin(t.Context(), w, old.Token), farm.ErrTaken)
	wants(t, "the old commits", c.Commit(t.Context(), w, old.Token, pass()), farm.ErrTaken)
	strange := g.Token
	strange.Incarnation = "another"
	wants(t, "one of another store begins", c.Begin(t.Context(), w, strange), farm.ErrTaken)
	wants(t, "the new commits", c.Commit(t.Context(), w, g.Token, pass()), nil)
}

func lateAck(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	stale := next(t, c, w.Host)
	d := next(t, c, w.Host)
	g := acquire(t, c, "new", Long, reader("1"))
	wants(t, "begin", c.Begin(t.Context(), w, g.Token), nil)
	_ = stale.Ack()
	stands(t, c, w, farm.Running)
	wants(t, "commit", c.Commit(t.Context(), w, g.Token, pass()), nil)
	_ = d.Ack()
	stands(t, c, w, farm.Done)
}

func commitRace(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 6 {
		me := join()
		all.Go(func() {
			g, err := me.Acquire(t.Context(), holder(fmt.Sprint(i)), Long, reader(fmt.Sprint(i)))
			if err != nil {
				t.Error(err)
			}
			if err := me.Begin(t.Context(), w, g.Token); err != nil && !errors.Is(err, farm.ErrTaken) {
				t.Error(err)
			}
			o := pass()
			o.Digest = fmt.Sprint(i)
			if err := me.Commit(t.Context(), w, g.Token, o); err == nil {
				won.Add(1)
			} else if !errors.Is(err, farm.ErrTaken) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d commits counted", won.Load())
	}
	stands(t, c, w, farm.Done)
}

func commitAgain(t *testing.T, join opened) {
	c := join()
	w := work("a", 1)
	publish(t, c, w)
	g := acquire(t, c, "a", Long, reader("1"))
	wants(t, "commit before it began", c.Commit(t.Context(), w, g.Token, pass()), farm.ErrTaken)
	wants(t, "begin", c.Begin(t.Context(), w, g.Token), nil)
	wants(t, "commit", c.Commit(t.Context(), w, g.Token, pass()), nil)
	wants(t, "commit again", c.Commit(t.Context(), w, g.Token, pass()), nil)
	other := pass()
	other.Verdict = "FAIL"
	wants(t, "commit something else", c.Commit(t.Context(), w, g.Token, other), farm.ErrTaken)
	wants(t, "begin what ended", c.Begin(t.Context(), w, g.Token), farm.ErrTaken)
	wants(t, "publish what ended", c.Publish(t.Context(), w), farm.ErrTaken)
	if p := stands(t, c, w, farm.Done); p.Outcome.Verdict != "PASS" {
		t.Errorf("ended with %+v", p.Outcome)
	}
}

func rerun(t *testing.T, join opened) {
	c := join()
	first, second := work("a", 1), work("a", 2)
	second.Host = "bench.2"
	publish(t, c, first)
	g := acquire(t, c, "a", Long, reader("1"))
	wants(t, "begin", c.Begin(t.Context(), first, g.Token), nil)
	wants(t, "commit", c.Commit(t.Context(), first, g.Token, pass()), nil)
	publish(t, c, second)
	if p := stands(t, c, second, farm.Waiting); p.Outcome != nil {
		t.Errorf("has an outcome already: %+v", p.Outcome)
	}
	if d := next(t, c, "bench.2"); d.Work().Attempt != 2 {
		t.Errorf("given attempt %d", d.Work().Attempt)
	}
}

func unknown(t *testing.T, join opened) {
	c := join()
	g := acquire(t, c, "a", Long, reader("1"))
	wants(t, "begin", c.Begin(t.Context(), work("a", 1), g.Token), farm.ErrUnknown)
	wants(t, "commit", c.Commit(t.Context(), work("a", 1), g.Token, pass()), farm.ErrUnknown)
	_, err := c.Run(t.Context(), "no such run")
	wants(t, "run", err, farm.ErrUnknown)
}

func nonsenseWork(t *testing.T, join opened) {
	c := join()
	for what, change := range map[string]func(*farm.Work){
		"no run":     func(w *farm.Work) { w.Run = "" },
		"no cell":    func(w *farm.Work) { w.Cell = "" },
		"no host":    func(w *farm.Work) { w.Host = "" },
		"no attempt": func(w *farm.Work) { w.Attempt = 0 },
	} {
		w := work("a", 1)
		change(&w)
		if c.Publish(t.Context(), w) == nil {
			t.Errorf("%s: no error", what)
		}
	}
	_, err := c.Run(t.Context(), "run 1")
	wants(t, "run", err, farm.ErrUnknown)
}
