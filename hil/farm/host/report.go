package host

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// How far an entry of the journal has come, until that is passed on.
const (
	reporting = "reporting"
	committed = "committed"
)

// report writes an attempt's end down and commits it, if its lease was held to
// the end. What cannot be committed now is caught up with later.
func (d *Daemon) report(ctx context.Context, e Entry, log *slog.Logger) {
	far := ""
	d.set(e, reporting)
	defer func() { d.set(e, far) }()
	added := d.Journal.Add(e)
	if added != nil {
		log.Error("not in the journal", "error", added) // the store may still take it
	}
	if e.Lost {
		log.Warn("the lease was lost", "reason", e.Outcome.Reason)
		return
	}
	if err := d.commit(ctx, e); err != nil {
		log.Warn("not committed yet", "error", err)
		return
	}
	if added == nil {
		far = committed
	}
	log.Info("ended", "verdict", e.Outcome.Verdict, "fence", e.Token.Fence)
}

// set says how far an entry is; "" is for one that nothing needs to be known of.
func (d *Daemon) set(e Entry, far string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.far[e.Name()] = far
	if far == "" {
		delete(d.far, e.Name())
	}
}

func (d *Daemon) get(e Entry) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.far[e.Name()]
}

// commit is done when the cell's record has the outcome, or never will, and the
// records of devices that were found unfit say so. Those come last: a quarantine
// ends the lease under which the outcome is committed.
func (d *Daemon) commit(ctx context.Context, e Entry) error {
	ctx, cancel := context.WithTimeout(ctx, d.ttl()/3)
	defer cancel()
	err := d.Farm.Commit(ctx, e.Work, e.Token, e.Outcome)
	if err != nil && !errors.Is(err, farm.ErrTaken) && !errors.Is(err, farm.ErrUnknown) {
		return err
	}
	return d.unfit(ctx, e)
}

// unfit puts devices of the attempt into quarantine, as its outcome says.
func (d *Daemon) unfit(ctx context.Context, e Entry) error {
	var all []error
	for _, u := range e.Outcome.Unfit {
		if !slices.Contains(e.Work.Devices, u.Device) {
			d.Log.Warn("a device was called unfit that was not the attempt's", "device", u.Device.String())
			continue
		}
		all = append(all, d.quarantine(ctx, u.Device, u.Reason))
	}
	return errors.Join(all...)
}

// catchUp passes the journal on, now and whenever the hub can be reached again.
func (d *Daemon) catchUp(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.Journal.Pass(func(e Entry) error { return d.pass(ctx, e) }); err != nil && !errors.Is(err, errBusy) && ctx.Err() == nil {
			d.Log.Info("the journal waits for the hub", "error", err)
		}
		pause(ctx, min(d.ttl()/3, 2*time.Second))
	}
}

// errBusy: the entry's turn comes when its report is through.
var errBusy = errors.New("an outcome is being reported")

// pass commits an entry, if that was not done, and has it archived.
func (d *Daemon) pass(ctx context.Context, e Entry) error {
	far := d.get(e)
	if far == reporting {
		return errBusy
	}
	if far != committed && !e.Lost {
		if err := d.commit(ctx, e); err != nil {
			return err
		}
	}
	if d.Archive != nil {
		if err := d.Archive(ctx, e); err != nil {
			return err
		}
	}
	d.set(e, "")
	return nil
}
