package farmtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

type opened = func() farm.Coordinator

func leases() []Case {
	return []Case{
		{"lease.granted", "a grant has a token and an end, and the farm says who holds the device", granted},
		{"lease.busy", "a held device is not given to another, who hears which it is and who has it", busy},
		{"lease.all-or-none", "devices are taken in one step or not at all", allOrNone},
		{"lease.newer-fence", "each holder's token is newer than the one's before, so that a device can refuse the old one's commands", newerFence},
		{"lease.race", "of many who want a device one gets it", race},
		{"lease.crowd", "a device never has two holders, however many want overlapping sets", crowd},
		{"lease.renewed", "a renewed lease keeps its token and outlives its first time", renewed},
		{"lease.expired", "a lease is not taken over before its time, then it is; the old holder hears that it is lost and harms nothing", expired},
		{"lease.released", "a released device is free at once; its old holder has lost it, and releasing again changes nothing", released},
		{"lease.set", "a device set aside is held by nobody and given to nobody until it is set free", setAside},
		{"lease.set-race", "setting raises the fence however many do", setRace},
		{"lease.nonsense", "requests that mean nothing are refused, and leave nothing", nonsense},
		{"lease.names", "devices may have any name", names},
	}
}

func granted(t *testing.T, join opened) {
	a, b := join(), join()
	before := time.Now()
	g := acquire(t, a, "a", Long, reader("1-1.3"), card("8.1"))
	if g.Token.Incarnation == "" || g.Token.Fence == 0 || g.TTL != Long || len(g.Devices) != 2 {
		t.Errorf("granted %+v", g)
	}
	if !g.Until.After(before) || g.Until.After(time.Now().Add(Long)) {
		t.Errorf("granted until %v, asked at %v for %v", g.Until, before, Long)
	}
	for _, d := range g.Devices {
		r := record(t, b, d)
		if r.State != farm.Held || r.Token != g.Token || r.Holder == nil || *r.Holder != g.Holder || r.TTL != Long || r.Granted.IsZero() {
			t.Errorf("%s: %+v", d, r)
		}
	}
}

func busy(t *testing.T, join opened) {
	a, b := join(), join()
	acquire(t, a, "a", Long, reader("1-1"))
	_, err := b.Acquire(t.Context(), holder("b"), Long, reader("1-1"))
	wants(t, "the second", err, farm.ErrBusy)
	for _, word := range []string{"1-1", Host, " a "} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	_, err = a.Acquire(t.Context(), holder("a"), Long, reader("1-1"))
	wants(t, "the holder once more", err, farm.ErrBusy)
}

func allOrNone(t *testing.T, join opened) {
	a, b := join(), join()
	acquire(t, a, "a", Long, reader("2"))
	_, err := b.Acquire(t.Context(), holder("b"), Long, reader("1"), reader("2"), reader("3"))
	wants(t, "one of three is held", err, farm.ErrBusy)
	if !strings.Contains(err.Error(), " 2 ") {
		t.Errorf("%q does not name the one that is held", err)
	}
	acquire(t, a, "c", Long, reader("1"), reader("3"))
}

func newerFence(t *testing.T, join opened) {
	a, b := join(), join()
	var last farm.Token
	for i := range 5 {
		c := []farm.Coordinator{a, b}[i%2]
		g := acquire(t, c, fmt.Sprint(i), Long, card("9"), reader(fmt.Sprint(i)))
		if i > 0 && !last.Before(g.Token) {
			t.Fatalf("%+v does not come before %+v", last, g.Token)
		}
		last = g.Token
		wants(t, "renew", c.Renew(t.Context(), &g), nil)
		wants(t, "release", c.Release(t.Context(), g, "good"), nil)
	}
}

func race(t *testing.T, join opened) {
	var got atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		c := join()
		all.Go(func() {
			_, err := c.Acquire(t.Context(), holder(fmt.Sprint(i)), Long, reader("1"), card("8"))
			if err == nil {
				got.Add(1)
			} else if !errors.Is(err, farm.ErrBusy) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got.Load() != 1 {
		t.Errorf("%d hold the device", got.Load())
	}
}

// crowd lets eight workers take pairs out of five devices, forty times in all.
func crowd(t *testing.T, join opened) {
	var held [5]atomic.Int32
	var fence [5]atomic.Uint64
	var all sync.WaitGroup
	for i := range 8 {
		c, dice := join(), rand.New(rand.NewPCG(7, uint64(i)))
		all.Go(func() {
			for n := range 5 {
				x := dice.IntN(5)
				y := (x + 1 + dice.IntN(4)) % 5
				var g farm.Grant
				retry(t.Context(), t, farm.ErrBusy, func() (err error) {
					g, err = c.Acquire(t.Context(), holder(fmt.Sprint(i, ".", n)), Long, reader(fmt.Sprint(x)), reader(fmt.Sprint(y)))
					return err
				})
				for _, d := range []int{x, y} {
					if held[d].Add(1) != 1 {
						t.Errorf("device %d has two holders", d)
					}
					if old := fence[d].Swap(g.Token.Fence); old >= g.Token.Fence {
						t.Errorf("device %d: fence %d after %d", d, g.Token.Fence, old)
					}
				}
				held[x].Add(-1)
				held[y].Add(-1)
				if err := c.Release(t.Context(), g, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func renewed(t *testing.T, join opened) {
	a, b := join(), join()
	ttl := 4 * Short
	for !outlives(t, a, b, ttl) { // the machine was busy elsewhere for half of it
		if ttl *= 2; ttl > Long {
			t.Fatal("this machine is too slow to renew a lease in time")
		}
	}
}

// outlives renews a lease for longer than its first time. False means that the
// renewals themselves came too late to show anything.
func outlives(t *testing.T, a, b farm.Coordinator, ttl time.Duration) bool {
	t.Helper()
	d := reader(ttl.String())
	last := time.Now()
	g := acquire(t, a, "a", ttl, d, card(ttl.String()))
	first := g
	for end := last.Add(ttl + ttl/2); time.Now().Before(end); time.Sleep(Short / 4) {
		asked := time.Now()
		err := a.Renew(t.Context(), &g)
		if time.Since(last) > ttl/2 {
			return false
		}
		if last = asked; err != nil {
			t.Fatalf("renew: %v", err)
		}
	}
	r := record(t, b, d)
	_, err := b.Acquire(t.Context(), holder("b"), Long, d)
	if time.Since(last) > ttl/2 {
		return false
	}
	wants(t, "another", err, farm.ErrBusy)
	if g.Token != first.Token || !g.Until.After(first.Until) || r.Token != g.Token || r.State != farm.Held {
		t.Errorf("renewed %+v from %+v; the farm says %+v", g, first, r)
	}
	return true
}

func expired(t *testing.T, join opened) {
	a, b := join(), join()
	before := time.Now()
	old := acquire(t, a, "a", Short, reader("1"), card("8"))
	var g farm.Grant
	retry(t.Context(), t, farm.ErrBusy, func() (err error) {
		g, err = b.Acquire(t.Context(), holder("b"), Long, reader("1"))
		return err
	})
	if waited := time.Since(before); waited < Short {
		t.Errorf("taken over after %v of %v", waited, Short)
	}
	if !old.Token.Before(g.Token) {
		t.Errorf("taken over with %+v after %+v", g.Token, old.Token)
	}
	wants(t, "the old holder renews", a.Renew(t.Context(), &old), farm.ErrLost)
	wants(t, "the old holder releases", a.Release(t.Context(), old, "good"), farm.ErrLost)
	wants(t, "the new holder renews", b.Renew(t.Context(), &g), nil)
	acquire(t, b, "c", Long, card("8"))
}

func released(t *testing.T, join opened) {
	a, b := join(), join()
	old := acquire(t, a, "a", Long, reader("1"))
	wants(t, "release", a.Release(t.Context(), old, "good"), nil)
	wants(t, "release once more", a.Release(t.Context(), old, "good"), nil)
	if r := record(t, b, reader("1")); r.State != farm.Free || r.Health != "good" || r.Token != old.Token {
		t.Errorf("the farm says %+v", r)
	}
	wants(t, "renew what was released", a.Renew(t.Context(), &old), farm.ErrLost)
	g := acquire(t, b, "b", Long, reader("1"))
	wants(t, "release what another holds", a.Release(t.Context(), old, "bad"), farm.ErrLost)
	if r := record(t, a, reader("1")); r.Token != g.Token || r.State != farm.Held {
		t.Errorf("the farm says %+v", r)
	}
}

func setAside(t *testing.T, join opened) {
	a, b := join(), join()
	g := acquire(t, a, "a", Long, reader("1"))
	last := g.Token
	for _, s := range []farm.State{farm.Draining, farm.Quarantined} {
		token, err := b.Set(t.Context(), reader("1"), s, "its plug is loose")
		wants(t, "set", err, nil)
		if !last.Before(token) {
			t.Errorf("set with %+v after %+v", token, last)
		}
		last = token
		if r := record(t, a, reader("1")); r.State != s || r.Token != token || r.Reason != "its plug is loose" || r.Holder != nil {
			t.Errorf("the farm says %+v", r)
		}
		wants(t, "the holder renews", a.Renew(t.Context(), &g), farm.ErrLost)
		wants(t, "the holder releases", a.Release(t.Context(), g, "good"), farm.ErrLost)
		_, err = a.Acquire(t.Context(), holder("c"), Long, reader("1"))
		wants(t, "acquire", err, farm.ErrBusy)
		if !strings.Contains(err.Error(), "plug") {
			t.Errorf("%q does not say why", err)
		}
	}
	_, err := b.Set(t.Context(), reader("1"), farm.Free, "")
	wants(t, "set free", err, nil)
	acquire(t, a, "d", Long, reader("1"))
	_, err = b.Set(t.Context(), reader("new"), farm.Quarantined, "never seen")
	wants(t, "set an unknown device", err, nil)
}

func setRace(t *testing.T, join opened) {
	var all sync.WaitGroup
	var seen sync.Map
	for range 6 {
		c := join()
		all.Go(func() {
			token, err := c.Set(t.Context(), reader("1"), farm.Draining, "all at once")
			if _, twice := seen.LoadOrStore(token, true); err != nil || twice {
				t.Errorf("%+v twice, or %v", token, err)
			}
		})
	}
	all.Wait()
}

func nonsense(t *testing.T, join opened) {
	c := join()
	for what, try := range map[string]func() error{
		"no device": func() error { _, err := c.Acquire(t.Context(), holder("a"), Long); return err },
		"no time":   func() error { _, err := c.Acquire(t.Context(), holder("a"), 0, reader("1")); return err },
		"twice": func() error {
			_, err := c.Acquire(t.Context(), holder("a"), Long, reader("1"), reader("1"))
			return err
		},
		"no ID": func() error { _, err := c.Acquire(t.Context(), holder("a"), Long, reader("")); return err },
		"no host": func() error {
			_, err := c.Acquire(t.Context(), holder("a"), Long, farm.Device{Kind: "reader", ID: "1"})
			return err
		},
		"set held": func() error { _, err := c.Set(t.Context(), reader("1"), farm.Held, ""); return err },
	} {
		if try() == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if all, err := c.Devices(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("left %v, %v", all, err)
	}
}

func names(t *testing.T, join opened) {
	c := join()
	ids := []string{"1-1.3", "1-1=2E3", "a b", "*", ">", "ü", "x/y", "$", "..", "ACS ACR39U [CCID] (1) 00 00"}
	for _, id := range ids {
		acquire(t, c, "a", Long, farm.Device{Host: "bench.example", Kind: farm.Reader, ID: id})
	}
	all, err := c.Devices(t.Context())
	if err != nil || len(all) != len(ids) {
		t.Fatalf("%d of %d devices, %v", len(all), len(ids), err)
	}
	for _, r := range all {
		if r.Device.Host != "bench.example" {
			t.Errorf("%+v", r.Device)
		}
	}
}
