package attempt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

func (g *going) ttl() time.Duration {
	if g.TTL == 0 {
		return 45 * time.Second
	}
	return g.TTL
}

func (g *going) lease(ctx context.Context) (err error) {
	if g.Leases == nil {
		return nil
	}
	g.grant, err = g.Leases.Acquire(ctx, g.Holder, g.ttl(), g.Devices...)
	return err
}

// renew keeps the lease until ctx ends. A lost one ends everything. A store that
// cannot be reached does not, until the lease is over.
func (g *going) renew(ctx context.Context, lost context.CancelCauseFunc) {
	if g.Leases == nil {
		return
	}
	tick := time.NewTicker(g.ttl() / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := g.Leases.Renew(ctx, &g.grant)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, farm.ErrLost) || err != nil && !g.Now().Before(g.grant.Until) {
			lost(fmt.Errorf("%w: %w", farm.ErrLost, err))
			return
		}
	}
}

// release gives the devices back; a card that is unfit does not come back.
func (g *going) release(ctx context.Context) error {
	if g.Leases == nil {
		return nil
	}
	if g.report.Unfit == "" {
		return g.Leases.Release(ctx, g.grant, "")
	}
	var all []error
	for _, d := range g.Devices {
		if d.Kind == farm.Card {
			_, err := g.Leases.Set(ctx, d, farm.Quarantined, g.report.Unfit)
			all = append(all, err)
		}
	}
	if err := g.Leases.Release(ctx, g.grant, g.report.Unfit); !errors.Is(err, farm.ErrLost) {
		all = append(all, err) // lost is right: the card was just taken from us
	}
	return errors.Join(all...)
}
