package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Leader is what the leading planner holds.
func Leader() farm.Device { return farm.Device{Host: "farm", Kind: "planner", ID: "leader"} }

// Lead waits to become the leader, and then plans until ctx ends or the lead is
// lost, when it waits again. It goes on through any failure of the store.
func (p *Planner) Lead(ctx context.Context) {
	for ctx.Err() == nil {
		grant, err := p.Farm.Acquire(ctx, p.Holder, p.ttl(), Leader())
		if err != nil {
			if !errors.Is(err, farm.ErrBusy) && ctx.Err() == nil {
				p.Log.Warn("no planner can lead", "error", err)
			}
			pause(ctx, p.ttl()/6)
			continue
		}
		p.Log.Info("leading", "host", p.Holder.Host, "fence", grant.Token.Fence)
		p.lead(ctx, grant)
	}
}

func (p *Planner) ttl() time.Duration { return orElse(p.TTL, 15*time.Second) }

func (p *Planner) lead(ctx context.Context, g farm.Grant) {
	lead, end := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() {
		defer end()
		p.renew(lead, &g)
	})
	all.Go(func() { p.bury(lead, g.Token) })
	p.waits, p.runs, p.tidy = nil, nil, time.Time{}
	for lead.Err() == nil {
		if err := p.Pass(lead, g.Token); err != nil && lead.Err() == nil {
			p.Log.Warn("a look at the runs failed", "error", err)
		}
		p.wait(lead)
	}
	end()
	all.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.ttl()/3)
	defer cancel()
	_ = p.Farm.Release(ctx, g, "") // if it fails, the lease runs out
}

// wait is until the next look.
func (p *Planner) wait(ctx context.Context) {
	timer := time.NewTimer(orElse(p.Tick, time.Second))
	defer timer.Stop()
	select {
	case <-p.Wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// renew returns when the lead is lost, may be, or ctx ends.
func (p *Planner) renew(ctx context.Context, g *farm.Grant) {
	for {
		pause(ctx, min(p.ttl()/3, time.Until(g.Until)))
		if ctx.Err() != nil || !time.Now().Before(g.Until) {
			return
		}
		call, cancel := context.WithDeadline(ctx, g.Until)
		err := p.Farm.Renew(call, g)
		cancel()
		if errors.Is(err, farm.ErrLost) {
			p.Log.Warn("the lead is lost", "fence", g.Token.Fence)
			return
		}
		if err != nil {
			pause(ctx, min(p.ttl()/20, time.Until(g.Until)))
		}
	}
}

// bury ends as MISS what no host could bring to its end.
func (p *Planner) bury(ctx context.Context, token farm.Token) {
	for ctx.Err() == nil {
		d, err := p.Farm.Next(ctx, Nobody)
		if err != nil {
			pause(ctx, orElse(p.Tick, time.Second))
			continue
		}
		if err := p.miss(ctx, d.Work(), token); err != nil && !errors.Is(err, farm.ErrTaken) {
			p.Log.Warn("a cell was not ended", "cell", d.Work().Cell, "error", err)
			_ = d.Later(p.ttl() / 3)
			continue
		}
		_ = d.Ack()
	}
}

func (p *Planner) miss(ctx context.Context, w farm.Work, token farm.Token) error {
	var why string
	if err := json.Unmarshal(w.Job, &why); err != nil {
		why = "unknown"
	}
	if err := p.Farm.Begin(ctx, w, token); err != nil {
		return err
	}
	now := p.Now()
	o := farm.Outcome{Verdict: farm.Miss, Reason: fmt.Sprintf("%d attempts and no end; the last: %s", w.Attempt-1, why), Start: now, End: now}
	return p.Farm.Commit(ctx, w, token, o)
}

func pause(ctx context.Context, t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
