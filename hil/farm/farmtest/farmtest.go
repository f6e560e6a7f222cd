// Package farmtest holds every keeper of a farm to the contract of
// farm.Coordinator: one table of cases, run against a fresh farm each.
package farmtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Open makes a farm of its own for a test, with a grace of at most a tenth of
// Short and a queue that hands work out again after Again. Each call of join is
// another member's way in: a keeper that talks to a server has several. Every
// second one may be the host Host, with what a host may do.
type Open func(t *testing.T) (join func() farm.Coordinator)

// Times of the contract. Nothing is asserted to be fast; a lease is asserted not
// to end early.
const (
	Short   = 500 * time.Millisecond  // a lease that is left to expire
	Long    = time.Minute             // one that is not
	Again   = 1500 * time.Millisecond // until work in hand is handed out again
	patient = 2 * time.Minute         // after which something never happens
)

// Host has the readers, and does the work.
const Host = "bench.1"

// Case is one thing that must hold.
type Case struct {
	ID  string
	Why string // the sentence it holds, and its source
	run func(t *testing.T, join func() farm.Coordinator)
}

// All are the cases of the contract.
func All() []Case {
	return slices.Concat(leases(), cells(), planners())
}

// Run holds a keeper to all cases.
func Run(t *testing.T, open Open) {
	for _, c := range All() {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

// holder is another one for each name.
func holder(name string) farm.Holder {
	return farm.Holder{Run: "r1", Cell: name, Attempt: 1, Host: Host, Boot: "boot-" + name}
}

// reader has an ID as USB paths are: dots and dashes are part of it.
func reader(id string) farm.Device {
	return farm.Device{Host: Host, Kind: farm.Reader, ID: id}
}

func card(id string) farm.Device { return farm.Device{Host: "floor", Kind: farm.Card, ID: id} }

func acquire(t *testing.T, c farm.Coordinator, name string, ttl time.Duration, devices ...farm.Device) farm.Grant {
	t.Helper()
	g, err := c.Acquire(t.Context(), holder(name), ttl, devices...)
	if err != nil {
		t.Fatalf("%s acquires %v: %v", name, devices, err)
	}
	return g
}

// wants fails unless an error is the one that is owed. No error is wanted as nil.
func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

// record is what the farm knows of a device.
func record(t *testing.T, c farm.Coordinator, d farm.Device) farm.Record {
	t.Helper()
	all, err := c.Devices(t.Context())
	wants(t, "devices", err, nil)
	for _, r := range all {
		if r.Device == d {
			return r
		}
	}
	t.Fatalf("the farm does not know %s", d)
	return farm.Record{}
}

// retry tries until something is no longer refused with an error such as
// farm.ErrBusy.
func retry(ctx context.Context, t *testing.T, refused error, try func() error) {
	t.Helper()
	end := time.Now().Add(patient)
	for {
		err := try()
		if err == nil {
			return
		}
		if !errors.Is(err, refused) || time.Now().After(end) || ctx.Err() != nil {
			t.Errorf("after a while: %v", err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
