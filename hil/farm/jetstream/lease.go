package jetstream

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// until is when a holder must have let go: by its own clock, counted from before
// it asked, a tenth early as clocks differ in speed.
func until(asked time.Time, ttl time.Duration) time.Time { return asked.Add(ttl - ttl/10) }

// Acquire is farm.Leases.
func (f *Farm) Acquire(ctx context.Context, holder farm.Holder, ttl time.Duration, devices ...farm.Device) (farm.Grant, error) {
	if err := farm.Check(ttl, devices...); err != nil {
		return farm.Grant{}, err
	}
	claim := rand.Text()
	g := farm.Grant{Holder: holder, Devices: slices.Clone(devices), TTL: ttl}
	first, err := f.update(ctx, devices, func(s store, entries []entry) ([]entry, error) {
		g.Token.Incarnation, g.Until = s.incarnation, until(f.Now(), ttl)
		return take(s, entries, holder, ttl, claim, f.Grace)
	})
	if errors.Is(err, farm.ErrUnavailable) {
		first, err = f.acquired(ctx, devices[0], claim, err)
	}
	if err != nil {
		return farm.Grant{}, err
	}
	g.Token.Fence = first
	return g, nil
}

// take is what to write for devices that are all to be had.
func take(s store, entries []entry, holder farm.Holder, ttl time.Duration, claim string, grace time.Duration) ([]entry, error) {
	out := make([]entry, len(entries))
	for i, e := range entries {
		if err := e.Available(s.now, grace); err != nil {
			return nil, err
		}
		out[i] = entry{revision: e.revision, Claim: claim, Record: farm.Record{
			Device: e.Device, State: farm.Held, Token: farm.Token{Incarnation: s.incarnation}, Holder: &holder, TTL: ttl, Health: e.Health,
		}}
	}
	return out, nil
}

// acquired asks once more after an answer was lost: did the write get there? If
// that cannot be found out either, the lease, if there is one, runs out.
func (f *Farm) acquired(ctx context.Context, d farm.Device, claim string, lost error) (uint64, error) {
	s, err := f.store(ctx)
	if err != nil {
		return 0, lost
	}
	e, err := s.read(ctx, d)
	if err != nil || e.Claim != claim || e.State != farm.Held {
		return 0, lost
	}
	return e.Token.Fence, nil
}

// Renew is farm.Leases. It is a compare-and-set of the whole record, without a
// time to live in the store.
func (f *Farm) Renew(ctx context.Context, g *farm.Grant) error {
	var end time.Time
	_, err := f.update(ctx, g.Devices, func(s store, entries []entry) ([]entry, error) {
		end = until(f.Now(), g.TTL)
		for i, e := range entries {
			if s.incarnation != g.Token.Incarnation || !e.HeldUnder(g.Token) {
				return nil, fmt.Errorf("%w: %s", farm.ErrLost, e.Device)
			}
			entries[i].Claim = "" // from now on the fence is in the record
		}
		return entries, nil
	})
	if errors.Is(err, farm.ErrBusy) {
		return unavailable(err)
	}
	if err == nil {
		g.Until = end
	}
	return err
}

// Release is farm.Leases. What is still the holder's becomes free even where
// something else was lost.
func (f *Farm) Release(ctx context.Context, g farm.Grant, health string) error {
	var lost error
	_, err := f.update(ctx, g.Devices, func(s store, entries []entry) (out []entry, _ error) {
		lost = nil
		for _, e := range entries {
			switch {
			case s.incarnation != g.Token.Incarnation || e.Token != g.Token || e.State != farm.Held && e.State != farm.Free:
				lost = fmt.Errorf("%w: %s", farm.ErrLost, e.Device)
			case e.State == farm.Held:
				out = append(out, entry{revision: e.revision, Record: farm.Record{Device: e.Device, State: farm.Free, Token: g.Token, Health: health}})
			}
		}
		return out, nil
	})
	return cmp.Or(err, lost)
}

// Set is farm.Leases.
func (f *Farm) Set(ctx context.Context, d farm.Device, s farm.State, reason string) (farm.Token, error) {
	if err := farm.CheckSet(d, s); err != nil {
		return farm.Token{}, err
	}
	var t farm.Token
	fence, err := f.update(ctx, []farm.Device{d}, func(now store, e []entry) ([]entry, error) {
		t.Incarnation = now.incarnation
		// A claim, so that the fence is taken from the revision of this write.
		return []entry{{revision: e[0].revision, Claim: rand.Text(), Record: farm.Record{Device: d, State: s, Token: t, Health: e[0].Health, Reason: reason}}}, nil
	})
	t.Fence = fence
	return t, err
}

// Devices is farm.Leases, in the order of host, kind and ID.
func (f *Farm) Devices(ctx context.Context) ([]farm.Record, error) {
	var out []farm.Record
	err := f.each(ctx, "leases", "dev.>", func(e js.KeyValueEntry) error {
		r, err := decode(e.Value(), e.Revision(), e.Created())
		out = append(out, r.Record)
		return err
	})
	slices.SortFunc(out, func(a, b farm.Record) int { return a.Device.Compare(b.Device) })
	return out, err
}

// each hands over the newest entry of each key that matches.
func (f *Farm) each(ctx context.Context, bucket, match string, take func(js.KeyValueEntry) error) error {
	kv, err := f.js.KeyValue(ctx, bucket)
	if err != nil {
		return unavailable(err)
	}
	w, err := kv.Watch(ctx, match, js.IgnoreDeletes())
	if err != nil {
		return unavailable(err)
	}
	defer w.Stop()
	for {
		select {
		case e := <-w.Updates():
			if e == nil {
				return nil // that was all
			}
			if err := take(e); err != nil {
				return err
			}
		case <-ctx.Done():
			return unavailable(ctx.Err())
		}
	}
}
