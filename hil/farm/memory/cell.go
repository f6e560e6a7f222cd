package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// item is work in the queue. Whoever takes it must acknowledge it before due,
// when it is handed out again.
type item struct {
	work farm.Work
	due  time.Time
}

// Publish is farm.Cells.
func (f *Farm) Publish(ctx context.Context, work ...farm.Work) error {
	leave, err := f.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var failed []error
	for _, w := range work {
		failed = append(failed, f.publish(w))
	}
	close(f.changed)
	f.changed = make(chan struct{})
	return errors.Join(failed...)
}

func (f *Farm) publish(w farm.Work) error {
	if err := w.Check(); err != nil {
		return err
	}
	old, known := f.cells[w.Run][w.Cell]
	p, err := old.Offer(w)
	if err != nil {
		return err
	}
	f.keep(p)
	if old.Phase == farm.Waiting && old.Work.Attempt == w.Attempt && f.queued(w) {
		return nil
	}
	if known { // the queue is long, and most work is new
		f.drop(func(i *item) bool { return i.work.Run == w.Run && i.work.Cell == w.Cell })
	}
	f.queue = append(f.queue, &item{work: w})
	return nil
}

func (f *Farm) queued(w farm.Work) bool {
	return slices.ContainsFunc(f.queue, func(i *item) bool {
		return i.work.Run == w.Run && i.work.Cell == w.Cell && i.work.Attempt == w.Attempt
	})
}

func (f *Farm) drop(which func(*item) bool) { f.queue = slices.DeleteFunc(f.queue, which) }

func (f *Farm) keep(p farm.Progress) {
	if f.cells[p.Work.Run] == nil {
		f.cells[p.Work.Run] = map[string]farm.Progress{}
	}
	f.cells[p.Work.Run][p.Work.Cell] = p
}

// Next is farm.Cells.
func (f *Farm) Next(ctx context.Context, host string) (farm.Delivery, error) {
	for {
		d, wait, changed, err := f.take(ctx, host)
		if d != nil || err != nil {
			return d, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// take is the first work of a host that is due, or how long none will be.
func (f *Farm) take(ctx context.Context, host string) (farm.Delivery, time.Duration, chan struct{}, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, 0, nil, err
	}
	defer leave()
	now, wait := f.now(), time.Hour
	for _, i := range f.queue {
		switch {
		case i.work.Host != host:
		case i.due.After(now):
			wait = min(wait, i.due.Sub(now))
		default:
			i.due = now.Add(f.ackWait())
			return &delivery{f, i}, 0, nil, nil
		}
	}
	return nil, wait, f.changed, nil
}

func (f *Farm) ackWait() time.Duration {
	if f.AckWait > 0 {
		return f.AckWait
	}
	return 30 * time.Second
}

// Begin is farm.Cells.
func (f *Farm) Begin(ctx context.Context, w farm.Work, t farm.Token) error {
	return f.change(ctx, w, t, func(p farm.Progress) (farm.Progress, error) { return p.Begin(w, t) })
}

// Commit is farm.Cells.
func (f *Farm) Commit(ctx context.Context, w farm.Work, t farm.Token, o farm.Outcome) error {
	return f.change(ctx, w, t, func(p farm.Progress) (farm.Progress, error) { return p.Commit(w, t, o) })
}

func (f *Farm) change(ctx context.Context, w farm.Work, t farm.Token, rule func(farm.Progress) (farm.Progress, error)) error {
	leave, err := f.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if t.Incarnation != f.name {
		return fmt.Errorf("%w: the token is of another incarnation of this farm", farm.ErrTaken)
	}
	p, err := rule(f.cells[w.Run][w.Cell])
	if err == nil {
		f.keep(p)
	}
	return err
}

// Run is farm.Cells, in the order of the cells' IDs.
func (f *Farm) Run(ctx context.Context, run string) ([]farm.Progress, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []farm.Progress
	for _, p := range f.cells[run] {
		out = append(out, p)
	}
	if out == nil {
		return nil, fmt.Errorf("%w: run %s", farm.ErrUnknown, run)
	}
	slices.SortFunc(out, func(a, b farm.Progress) int { return strings.Compare(a.Work.Cell, b.Work.Cell) })
	return out, nil
}

// delivery is farm.Delivery.
type delivery struct {
	f    *Farm
	item *item
}

func (d *delivery) Work() farm.Work { return d.item.work }

func (d *delivery) Extend() error { return d.Later(d.f.ackWait()) }

func (d *delivery) Ack() error {
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	d.f.drop(func(i *item) bool { return i == d.item })
	return nil
}

func (d *delivery) Later(after time.Duration) error {
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	d.item.due = d.f.now().Add(after)
	close(d.f.changed) // those who wait count anew
	d.f.changed = make(chan struct{})
	return nil
}
