package host

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Marks decide who may command a device; HighWater does.
type Marks interface {
	Admit(farm.Token, ...farm.Device) error
	Check(farm.Token, farm.Device) error
	End(farm.Token, ...farm.Device) error
	Behind(farm.Record) bool
}

// Guard is the only way to the devices of a host.
type Guard struct {
	Host    string
	Marks   Marks
	Gadgets Gadgets
	Most    time.Duration // that a command may take; 0 is half a minute

	mu    sync.Mutex
	turns map[string]chan struct{} // by device: whose turn it is
}

// Command lets a device obey, if the token is not from an earlier holder. No
// two commands reach one device at once, so a newer holder's first command
// comes after an older one's last. Errors wrap farm.ErrStale, farm.ErrUnknown
// for another host's device, and what the gadget says.
func (g *Guard) Command(ctx context.Context, c Command) (string, error) {
	if c.Device.Host != g.Host {
		return "", fmt.Errorf("%w: %s %s of host %q, this is %q", farm.ErrUnknown, c.Device.Kind, c.Device.ID, c.Device.Host, g.Host)
	}
	if !slices.Contains(Verbs(), c.Verb) {
		return "", fmt.Errorf("%w: verb %q", farm.ErrUnknown, c.Verb)
	}
	ctx, cancel := context.WithTimeout(ctx, orElse(g.Most, 30*time.Second))
	defer cancel()
	turn := g.turn(c.Device)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("%s %s is still busy: %w", c.Device.Kind, c.Device.ID, ctx.Err())
	}
	if err := ctx.Err(); err != nil {
		return "", err // the turn and the end came at once
	}
	if err := g.Marks.Check(c.Token, c.Device); err != nil {
		return "", err
	}
	return g.Gadgets.Do(ctx, c)
}

func (g *Guard) turn(d farm.Device) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turns == nil {
		g.turns = map[string]chan struct{}{}
	}
	if g.turns[key(d)] == nil {
		g.turns[key(d)] = make(chan struct{}, 1)
	}
	return g.turns[key(d)]
}

// mine are the devices that are plugged in here.
func (g *Guard) mine(devices []farm.Device) []farm.Device {
	return slices.DeleteFunc(slices.Clone(devices), func(d farm.Device) bool { return d.Host != g.Host })
}

// orElse is a setting, or what it is when nothing was set.
func orElse(set, otherwise time.Duration) time.Duration {
	if set > 0 {
		return set
	}
	return otherwise
}
