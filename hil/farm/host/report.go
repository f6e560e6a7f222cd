package host

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// report writes an attempt's end down and commits it, if its lease was held to
// the end. What cannot be committed now is caught up with later.
func (d *Daemon) report(ctx context.Context, e Entry, log *slog.Logger) {
	if err := d.Journal.Add(e); err != nil {
		log.Error("not in the journal", "error", err) // the store may still take it
	}
	if e.Lost {
		log.Warn("the lease was lost", "reason", e.Outcome.Reason)
		return
	}
	if err := d.commit(ctx, e); err != nil {
		log.Warn("not committed yet", "error", err)
		return
	}
	log.Info("ended", "verdict", e.Outcome.Verdict, "fence", e.Token.Fence)
}

// commit is done when the cell's record has the outcome, or never will.
func (d *Daemon) commit(ctx context.Context, e Entry) error {
	ctx, cancel := context.WithTimeout(ctx, d.ttl()/3)
	defer cancel()
	err := d.Farm.Commit(ctx, e.Work, e.Token, e.Outcome)
	if err != nil && !errors.Is(err, farm.ErrTaken) && !errors.Is(err, farm.ErrUnknown) {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.committed[e.Name()] = true
	return nil
}

// catchUp passes the journal on, now and whenever the hub can be reached again.
func (d *Daemon) catchUp(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.Journal.Pass(func(e Entry) error { return d.pass(ctx, e) }); err != nil && ctx.Err() == nil {
			d.Log.Info("the journal waits for the hub", "error", err)
		}
		pause(ctx, min(d.ttl()/3, 2*time.Second))
	}
}

func (d *Daemon) pass(ctx context.Context, e Entry) error {
	d.mu.Lock()
	known := e.Lost || d.committed[e.Name()]
	d.mu.Unlock()
	if !known {
		if err := d.commit(ctx, e); err != nil {
			return err
		}
	}
	if d.Archive != nil {
		if err := d.Archive(ctx, e); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.committed, e.Name())
	return nil
}
