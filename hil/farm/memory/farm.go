// Package memory keeps a farm in one process and forgets it when that ends. It
// is for tests and for a desk with one host; it is held to the same contract as
// the keeper on NATS JetStream (farmtest).
package memory

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Farm is a farm.Coordinator. Its zero value is an empty farm, ready for use; all
// who share the pointer share the farm.
type Farm struct {
	Grace   time.Duration    // how long after a lease its devices stay closed
	AckWait time.Duration    // after which work in hand is handed out again; 0: 30 s
	Now     func() time.Time // nil: time.Now

	mu      sync.Mutex
	name    string // incarnation
	fence   uint64
	devices map[farm.Device]farm.Record
	cells   map[string]map[string]farm.Progress // run, cell
	queue   []*item
	changed chan struct{} // closed when the queue has something new
	away    bool
}

// Away makes the store unreachable, or reachable again: everything then answers
// farm.ErrUnavailable.
func (f *Farm) Away(yes bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = yes
}

// enter locks the farm, if it can be reached.
func (f *Farm) enter(ctx context.Context) (leave func(), err error) {
	f.mu.Lock()
	if err := cmp.Or(ctx.Err(), f.gone()); err != nil {
		f.mu.Unlock()
		return nil, err
	}
	if f.name == "" {
		f.name, f.devices, f.cells = rand.Text(), map[farm.Device]farm.Record{}, map[string]map[string]farm.Progress{}
		f.changed = make(chan struct{})
	}
	return f.mu.Unlock, nil
}

func (f *Farm) gone() error {
	if f.away {
		return farm.ErrUnavailable
	}
	return nil
}

func (f *Farm) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

// token is a new one, later than all before it.
func (f *Farm) token() farm.Token {
	f.fence++
	return farm.Token{Incarnation: f.name, Fence: f.fence}
}

// Acquire is farm.Leases.
func (f *Farm) Acquire(ctx context.Context, holder farm.Holder, ttl time.Duration, devices ...farm.Device) (farm.Grant, error) {
	if err := farm.Check(ttl, devices...); err != nil {
		return farm.Grant{}, err
	}
	leave, err := f.enter(ctx)
	if err != nil {
		return farm.Grant{}, err
	}
	defer leave()
	now := f.now()
	for _, d := range devices {
		r := f.devices[d]
		r.Device = d
		if err := r.Available(now, f.Grace); err != nil {
			return farm.Grant{}, err
		}
	}
	g := farm.Grant{Token: f.token(), Holder: holder, Devices: slices.Clone(devices), TTL: ttl, Until: now.Add(ttl)}
	for _, d := range devices {
		f.devices[d] = farm.Record{Device: d, State: farm.Held, Token: g.Token, Holder: &holder, TTL: ttl, Granted: now, Health: f.devices[d].Health}
	}
	return g, nil
}

// Renew is farm.Leases.
func (f *Farm) Renew(ctx context.Context, g *farm.Grant) error {
	leave, err := f.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	now := f.now()
	for _, d := range g.Devices {
		if r := f.devices[d]; !r.HeldUnder(g.Token) {
			return fmt.Errorf("%w: %s", farm.ErrLost, d)
		}
	}
	for _, d := range g.Devices {
		r := f.devices[d]
		r.Granted = now
		f.devices[d] = r
	}
	g.Until = now.Add(g.TTL)
	return nil
}

// Release is farm.Leases.
func (f *Farm) Release(ctx context.Context, g farm.Grant, health string) error {
	leave, err := f.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var lost error
	for _, d := range g.Devices {
		r := f.devices[d]
		if r.Token != g.Token || r.State != farm.Held && r.State != farm.Free {
			lost = fmt.Errorf("%w: %s", farm.ErrLost, d)
			continue
		}
		f.devices[d] = farm.Record{Device: d, State: farm.Free, Token: r.Token, Granted: r.Granted, Health: health}
	}
	return lost
}

// Set is farm.Leases.
func (f *Farm) Set(ctx context.Context, d farm.Device, s farm.State, reason string) (farm.Token, error) {
	if err := farm.CheckSet(d, s); err != nil {
		return farm.Token{}, err
	}
	leave, err := f.enter(ctx)
	if err != nil {
		return farm.Token{}, err
	}
	defer leave()
	t := f.token()
	f.devices[d] = farm.Record{Device: d, State: s, Token: t, Granted: f.now(), Health: f.devices[d].Health, Reason: reason}
	return t, nil
}

// Devices is farm.Leases, in the order of host, kind and ID.
func (f *Farm) Devices(ctx context.Context) ([]farm.Record, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []farm.Record
	for _, r := range f.devices {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b farm.Record) int { return a.Device.Compare(b.Device) })
	return out, nil
}
