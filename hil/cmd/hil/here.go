package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/local"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// inserter has the bench bring a cell's card to its reader.
type inserter func(ctx context.Context, card rig.Card, reader rig.Reader) error

// here runs cells of kind remote in this machine's readers, one at a time.
func (f where) here(w world, insert inserter) func(context.Context, bench.Job) result.Cell {
	var turn sync.Mutex
	return func(ctx context.Context, j bench.Job) result.Cell {
		turn.Lock()
		defer turn.Unlock()
		r, err := f.rig()
		if err != nil {
			return j.Cell.Missed(err)
		}
		l := local.Reader{Job: j, Env: cellEnv(w.env, j.Dir), System: w.cards, OS: runtime.GOOS + "/" + runtime.GOARCH, Now: w.now}
		ways := r.Ways(j.Cell.Card.ID, j.Cell.Reader.ID)
		if len(ways) > 0 {
			l.Insert = func(ctx context.Context) error { return insert(ctx, j.Cell.Card, j.Cell.Reader) }
			l.Side = side(ways[0])
		}
		return l.Run(ctx)
	}
}

// side is the side door of the software card that a way brings, if it is one.
func side(w rig.Way) string {
	if w.Gadget.Kind != "vpcd" {
		return ""
	}
	control, _ := w.Settings["control"].(string)
	return control
}

// byHand moves cards with this machine's gadgets, for 'hil run'.
func (f where) byHand(w world) inserter {
	return func(_ context.Context, card rig.Card, reader rig.Reader) error {
		m := mover{onBench: onBench{Rig: f.Rig, Host: w.host}}
		return m.insert(w, card.ID, reader.ID)
	}
}

// byDaemon asks the host's daemon, whose attempt this is.
func byDaemon(w world, work farm.Work) inserter {
	return func(ctx context.Context, card rig.Card, reader rig.Reader) error {
		at := slices.IndexFunc(work.Devices, func(d farm.Device) bool { return d.Kind == farm.Reader && d.ID == reader.ID })
		if at < 0 {
			return fmt.Errorf("%w: the attempt does not hold reader %s", farm.ErrUnknown, reader.ID)
		}
		q := host.Request{Device: work.Devices[at], Verb: host.Insert, Key: card.ID}
		_, err := host.Ask(ctx, w.variable(host.EnvActuator), w.variable(host.EnvSecret), q)
		return err
	}
}
