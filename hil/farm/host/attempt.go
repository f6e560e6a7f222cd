package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// attempt brings one delivery to an end: acquire, begin, run, write down, commit,
// release. What it cannot begin comes again later.
func (d *Daemon) attempt(ctx context.Context, delivery farm.Delivery) {
	w := delivery.Work()
	log := d.Log.With("run", w.Run, "cell", w.Cell, "attempt", w.Attempt)
	busy, idle := context.WithCancel(ctx)
	defer idle()
	go d.inHand(busy, delivery)

	grant, err := d.acquire(busy, w)
	if err != nil {
		log.Info("not begun", "error", err)
		idle()
		_ = delivery.Later(d.ttl() / 3)
		return
	}
	if err := d.begin(ctx, w, grant); err != nil {
		log.Info("not begun", "error", err)
		d.end(ctx, grant, "")
		idle()
		if errors.Is(err, farm.ErrTaken) || errors.Is(err, farm.ErrUnknown) {
			_ = delivery.Ack()
			return
		}
		_ = delivery.Later(d.ttl() / 3)
		return
	}
	entry, grant := d.hold(ctx, w, grant)
	stopped := ctx.Err() != nil // the daemon is to stop: somebody begins anew
	if !stopped {
		d.report(ctx, entry, log)
	}
	d.end(ctx, grant, entry.Outcome.Verdict)
	idle()
	if stopped {
		_ = delivery.Later(0)
		return
	}
	_ = delivery.Ack()
}

// inHand says every now and then that the delivery is being worked on.
func (d *Daemon) inHand(ctx context.Context, delivery farm.Delivery) {
	for {
		pause(ctx, orElse(d.Extend, 5*time.Second))
		if ctx.Err() != nil {
			return
		}
		_ = delivery.Extend() // what is lost comes again, and then Begin decides
	}
}

// acquire takes the devices, and waits some time for those that another holds.
func (d *Daemon) acquire(ctx context.Context, w farm.Work) (farm.Grant, error) {
	holder := farm.Holder{Run: w.Run, Cell: w.Cell, Attempt: w.Attempt, Host: d.Host, Boot: d.Boot}
	patience := time.Now().Add(orElse(d.Patience, d.ttl()))
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		grant, err := d.Farm.Acquire(ctx, holder, d.ttl(), w.Devices...)
		if !errors.Is(err, farm.ErrBusy) || time.Now().After(patience) {
			return grant, err
		}
		pause(ctx, wait/2+rand.N(wait)) // so that two do not wait for each other in step
		if ctx.Err() != nil {
			return grant, err
		}
	}
}

// begin makes this host's devices listen to the new token alone, and the cell
// this attempt's.
func (d *Daemon) begin(ctx context.Context, w farm.Work, g farm.Grant) error {
	if err := d.Guard.Marks.Admit(g.Token, d.Guard.mine(g.Devices)...); err != nil {
		d.suspect(ctx, g, err)
		return err
	}
	ctx, cancel := context.WithDeadline(ctx, g.Until)
	defer cancel()
	return d.Farm.Begin(ctx, w, g.Token)
}

// hold runs the attempt while its lease lasts. When that ends first, it is
// killed, its devices lose power, and only then does this return.
func (d *Daemon) hold(ctx context.Context, w farm.Work, g farm.Grant) (Entry, farm.Grant) {
	lease, lose := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	first := g
	go func() {
		defer close(renewed)
		d.renew(lease, &g, lose, func() error { return nil })
	}()
	timed, cancel := context.WithTimeoutCause(lease, orElse(d.Most, 10*time.Minute), errors.New("the attempt took too long"))
	o := d.Runner.Run(timed, w, Actuator{grant: first, lease: lease, here: d.Guard, there: d.There})
	late := timed.Err() != nil
	cancel()
	cause := context.Cause(lease)
	lose(nil)
	<-renewed
	e := Entry{Work: w, Token: g.Token, Outcome: o, Lost: errors.Is(cause, farm.ErrLost)}
	if e.Lost {
		e.Outcome = farm.Outcome{Verdict: "MISS", Reason: cause.Error(), Start: o.Start, End: o.End}
	}
	if late {
		d.cut(ctx, g)
	}
	sum := sha256.Sum256(e.Outcome.Result)
	e.Outcome.Digest = hex.EncodeToString(sum[:])
	return e, g
}

// cut takes the power from this host's devices of a grant.
func (d *Daemon) cut(ctx context.Context, g farm.Grant) {
	for _, device := range d.Guard.mine(g.Devices) {
		if device.Kind == farm.Card {
			continue
		}
		c := Command{Device: device, Verb: PowerOff, Token: g.Token, Holder: g.Holder}
		if _, err := d.Guard.Command(context.WithoutCancel(ctx), c); err != nil {
			d.Log.Warn("power was not cut", "kind", device.Kind, "id", device.ID, "error", err)
		}
	}
}

// end closes this host's devices to the token and gives the lease back.
func (d *Daemon) end(ctx context.Context, g farm.Grant, health string) {
	if err := d.Guard.Marks.End(g.Token, d.Guard.mine(g.Devices)...); err != nil {
		d.Log.Warn("a token was not ended", "fence", g.Token.Fence, "error", err)
	}
	d.release(ctx, g, health)
}

// suspect quarantines devices that the store has handed out with an old fence.
func (d *Daemon) suspect(ctx context.Context, g farm.Grant, why error) {
	if !errors.Is(why, ErrRollback) {
		return
	}
	for _, device := range d.Guard.mine(g.Devices) {
		_ = d.quarantine(ctx, device, why.Error()) // another grant of it is as suspect
	}
}

func (d *Daemon) quarantine(ctx context.Context, device farm.Device, reason string) error {
	d.Log.Error("quarantined", "kind", device.Kind, "id", device.ID, "reason", reason)
	_, err := d.Farm.Set(ctx, device, farm.Quarantined, reason)
	if err != nil {
		d.Log.Error("the quarantine was not written", "id", device.ID, "error", err)
	}
	return err
}

// lookBack compares the store's records with what the devices have seen. A
// record that is behind twice in a row is no stale read: the store has lost
// what it had promised.
func (d *Daemon) lookBack(ctx context.Context, alive <-chan struct{}) {
	select {
	case <-alive:
	case <-ctx.Done():
	}
	behind := map[farm.Device]int{}
	for ctx.Err() == nil {
		records, err := d.Farm.Devices(ctx)
		for _, r := range records {
			switch {
			case err != nil || r.Device.Host != d.Host || r.State == farm.Quarantined:
			case !d.Guard.Marks.Behind(r):
				delete(behind, r.Device)
			default:
				behind[r.Device]++
			}
			if behind[r.Device] == 2 {
				_ = d.quarantine(ctx, r.Device, fmt.Sprintf("%v: its record has fence %d, and it has obeyed a newer one", ErrRollback, r.Token.Fence))
				delete(behind, r.Device)
			}
		}
		pause(ctx, d.ttl())
	}
}
