package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// live holds the host's own lease, closes alive when it has it first, and gives
// it up while the host is not able to work.
func (d *Daemon) live(ctx context.Context, alive chan<- struct{}) {
	var once sync.Once
	for ctx.Err() == nil {
		grant, err := d.appear(ctx)
		if err != nil {
			d.Log.Warn("the farm does not know of this host yet", "error", err)
			pause(ctx, d.ttl()/6)
			continue
		}
		once.Do(func() { close(alive) })
		lease, end := context.WithCancelCause(ctx)
		d.renew(lease, &grant, end, d.able)
		end(nil)
		if ctx.Err() != nil {
			d.release(ctx, grant, "stopped")
		}
	}
}

// appear ends what an earlier start of this daemon held and takes the host's
// own lease.
func (d *Daemon) appear(ctx context.Context) (farm.Grant, error) {
	if err := d.able(); err != nil {
		return farm.Grant{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.ttl())
	defer cancel()
	if err := d.succeed(ctx); err != nil {
		return farm.Grant{}, err
	}
	grant, err := d.Farm.Acquire(ctx, farm.Holder{Host: d.Host, Boot: d.Boot}, d.ttl(), Self(d.Host))
	if err != nil {
		return grant, err
	}
	return grant, d.Guard.Marks.Admit(grant.Token, grant.Devices...)
}

// succeed frees what an earlier start of this daemon held. That one is dead: the
// caller has the lock on the host's state.
func (d *Daemon) succeed(ctx context.Context) error {
	records, err := d.Farm.Devices(ctx)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.State != farm.Held || r.Holder == nil || r.Holder.Host != d.Host || r.Holder.Boot == d.Boot {
			continue
		}
		if _, err := d.Farm.Set(ctx, r.Device, farm.Free, "the daemon that held it has been started again"); err != nil {
			return err
		}
	}
	return nil
}

// renew keeps a grant until ctx ends, or ends it: with farm.ErrLost as the cause
// when the lease is lost or may be, or with what able says.
func (d *Daemon) renew(ctx context.Context, g *farm.Grant, end context.CancelCauseFunc, able func() error) {
	for {
		pause(ctx, min(d.ttl()/3, time.Until(g.Until)))
		if ctx.Err() != nil {
			return
		}
		if err := able(); err != nil {
			end(err)
			return
		}
		if over(g.Until, time.Now()) {
			end(fmt.Errorf("%w: it could not be renewed in time", farm.ErrLost))
			return
		}
		call, cancel := context.WithDeadline(ctx, g.Until)
		err := d.Farm.Renew(call, g)
		cancel()
		switch {
		case errors.Is(err, farm.ErrLost):
			end(err)
			return
		case err != nil && ctx.Err() == nil:
			d.Log.Warn("a lease could not be renewed", "cell", g.Holder.Cell, "until", g.Until, "error", err)
			pause(ctx, min(d.ttl()/20, time.Until(g.Until)))
		}
	}
}

// release gives a grant back, even at the end of ctx.
func (d *Daemon) release(ctx context.Context, g farm.Grant, health string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.ttl()/3)
	defer cancel()
	if err := d.Farm.Release(ctx, g, health); err != nil {
		d.Log.Warn("a lease was left to run out", "cell", g.Holder.Cell, "error", err)
	}
}
