package jetstream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Publish is farm.Cells. A cell's record comes first: if we die before its work
// is in the queue, whoever publishes it again finds the record waiting.
func (f *Farm) Publish(ctx context.Context, work ...farm.Work) error {
	var failed []error
	for _, w := range work {
		if err := f.publish(ctx, w); err != nil {
			failed = append(failed, fmt.Errorf("cell %s: %w", w.Cell, err))
		}
	}
	return errors.Join(failed...)
}

func (f *Farm) publish(ctx context.Context, w farm.Work) error {
	if err := w.Check(); err != nil {
		return err
	}
	old, err := f.change(ctx, w, func(p farm.Progress) (farm.Progress, error) { return p.Offer(w) })
	if err != nil {
		return err
	}
	return f.enqueue(ctx, w, old)
}

// enqueue puts work where its host finds it. An earlier attempt's is taken out.
// The same attempt's, offered again, must not be taken for a duplicate: an
// acknowledgement of somebody who was too late may have removed it.
func (f *Farm) enqueue(ctx context.Context, w farm.Work, old farm.Progress) error {
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	var opts []js.PublishOpt
	again := old.Phase == farm.Waiting && old.Work.Attempt == w.Attempt
	if !again {
		opts = append(opts, js.WithMsgID(fmt.Sprintf("%s/%s/%d", w.Run, w.Cell, w.Attempt)))
	}
	if old.Phase != "" && !again || again && old.Work.Host != w.Host {
		if err := f.unqueue(ctx, subject.AnyWork(w)); err != nil {
			return err
		}
	}
	_, err = f.js.Publish(ctx, subject.Work(w), data, opts...)
	var api *js.APIError
	if errors.As(err, &api) && api.ErrorCode == 10077 { // it is in the queue
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// unqueue takes work out of the queue.
func (f *Farm) unqueue(ctx context.Context, match string) error {
	s, err := f.js.Stream(ctx, queueStream)
	if err == nil {
		err = s.Purge(ctx, js.WithPurgeSubject(match))
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// Withdraw takes all work of a host out of the queue, when the host is lost.
// The cells' records stay; what they wait for is to be published anew.
func (f *Farm) Withdraw(ctx context.Context, host string) error {
	return f.unqueue(ctx, subject.Queue(host)+".>")
}

// Begin is farm.Cells.
func (f *Farm) Begin(ctx context.Context, w farm.Work, t farm.Token) error {
	return f.under(ctx, w, t, func(p farm.Progress) (farm.Progress, error) { return p.Begin(w, t) })
}

// Commit is farm.Cells.
func (f *Farm) Commit(ctx context.Context, w farm.Work, t farm.Token, o farm.Outcome) error {
	return f.under(ctx, w, t, func(p farm.Progress) (farm.Progress, error) { return p.Commit(w, t, o) })
}

// under changes a cell's record by somebody who has a token of this store.
func (f *Farm) under(ctx context.Context, w farm.Work, t farm.Token, rule func(farm.Progress) (farm.Progress, error)) error {
	s, err := f.store(ctx)
	if err != nil {
		return err
	}
	if s.incarnation != t.Incarnation {
		return fmt.Errorf("%w: the token is of another incarnation of this farm", farm.ErrTaken)
	}
	_, err = f.change(ctx, w, rule)
	return err
}

// change writes what a rule makes of a cell's record, until nobody comes
// between, and returns what was there before.
func (f *Farm) change(ctx context.Context, w farm.Work, rule func(farm.Progress) (farm.Progress, error)) (farm.Progress, error) {
	for try := range tries {
		old, revision, err := f.progress(ctx, w.Run, w.Cell)
		if err != nil {
			return old, err
		}
		p, err := rule(old)
		if err != nil {
			return old, err
		}
		data, err := json.Marshal(p)
		if err != nil {
			return old, err
		}
		_, err = f.js.Publish(ctx, prefix+"cells."+subject.Cell(w.Run, w.Cell), data, js.WithExpectLastSequencePerSubject(revision))
		if err == nil {
			return old, nil
		}
		if !conflict(err) {
			return old, unavailable(err)
		}
		if err := pause(ctx, try); err != nil {
			return old, err
		}
	}
	return farm.Progress{}, unavailable(fmt.Errorf("others came first %d times", tries))
}

// progress is a cell's record and its revision; an unknown cell's is empty, at 0.
func (f *Farm) progress(ctx context.Context, run, cell string) (p farm.Progress, revision uint64, err error) {
	s, err := f.js.Stream(ctx, cellsStream)
	if err != nil {
		return p, 0, unavailable(err)
	}
	m, err := s.GetLastMsgForSubject(ctx, "$KV.cells."+subject.Cell(run, cell))
	if errors.Is(err, js.ErrMsgNotFound) {
		return p, 0, nil
	}
	if err != nil {
		return p, 0, unavailable(err)
	}
	return p, m.Sequence, json.Unmarshal(m.Data, &p)
}

// Run is farm.Cells, in the order of the cells' IDs.
func (f *Farm) Run(ctx context.Context, run string) ([]farm.Progress, error) {
	var out []farm.Progress
	err := f.each(ctx, "cells", subject.Token(run)+".*", func(e js.KeyValueEntry) error {
		var p farm.Progress
		err := json.Unmarshal(e.Value(), &p)
		out = append(out, p)
		return err
	})
	if err == nil && out == nil {
		err = fmt.Errorf("%w: run %s", farm.ErrUnknown, run)
	}
	slices.SortFunc(out, func(a, b farm.Progress) int {
		return cmp.Or(strings.Compare(a.Work.Cell, b.Work.Cell), cmp.Compare(a.Work.Attempt, b.Work.Attempt))
	})
	return out, err
}
