package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Ledger is a Book on the farm's JetStream. A run is a key RUN.run without its
// cells, and keys RUN.cells.N with some of them each, because a message has a
// largest size; the key RUN.run comes last and makes the run one.
type Ledger struct{ kv js.KeyValue }

const (
	ledger = "runs"
	page   = 200 // cells per key
)

// OpenLedger opens the farm's book, and makes it where there is none. Replicas
// are 3 on a cluster, else 1.
func OpenLedger(ctx context.Context, nc *nats.Conn, replicas int) (*Ledger, error) {
	j, err := js.NewWithDomain(nc, subject.Domain)
	if err != nil {
		return nil, err
	}
	// Made as a stream, because the library's buckets let any replica answer
	// reads with what it had a while ago.
	_, err = j.CreateStream(ctx, js.StreamConfig{
		Name: "KV_" + ledger, Subjects: []string{"$KV." + ledger + ".>"}, MaxMsgsPerSubject: 1, Replicas: max(replicas, 1),
		AllowRollup: true, DenyDelete: true, Discard: js.DiscardNew, AllowDirect: false,
	})
	if err != nil && !errors.Is(err, js.ErrStreamNameAlreadyInUse) {
		return nil, unavailable(err)
	}
	kv, err := j.KeyValue(ctx, ledger)
	if err != nil {
		return nil, unavailable(err)
	}
	return &Ledger{kv}, nil
}

func unavailable(err error) error { return fmt.Errorf("%w: %w", farm.ErrUnavailable, err) }

// head is the key of a run without its cells.
func head(id string) string { return subject.Token(id) + ".run" }

func pageOf(id string, n int) string { return fmt.Sprintf("%s.cells.%d", subject.Token(id), n) }

// entry is what is under a run's first key.
type entry struct {
	Run
	Pages int `json:"pages"`
}

// Submit is Book.
func (l *Ledger) Submit(ctx context.Context, r Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	n := 0
	for cells := range slices.Chunk(r.Cells, page) {
		raw, err := json.Marshal(cells)
		if err != nil {
			return err
		}
		if _, err := l.kv.Create(ctx, pageOf(r.ID, n), raw); err != nil {
			return submitted(r.ID, err)
		}
		n++
	}
	r.Cells = nil
	raw, err := json.Marshal(entry{r, n})
	if err != nil {
		return err
	}
	_, err = l.kv.Create(ctx, head(r.ID), raw)
	return submitted(r.ID, err)
}

func submitted(id string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, js.ErrKeyExists):
		return fmt.Errorf("%w: the ID %s has been used", ErrInvalid, id)
	}
	return unavailable(err)
}

// Open is Book.
func (l *Ledger) Open(ctx context.Context) ([]Run, error) {
	all, err := l.All(ctx)
	return slices.DeleteFunc(all, func(r Run) bool { return r.End != nil }), err
}

// All are the runs, open and ended, in the order they were asked for, without
// their cells.
func (l *Ledger) All(ctx context.Context) ([]Run, error) {
	w, err := l.kv.Watch(ctx, "*.run")
	if err != nil {
		return nil, unavailable(err)
	}
	defer func() { _ = w.Stop() }()
	var out []Run
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case e := <-w.Updates():
			if e == nil { // that was all
				slices.SortStableFunc(out, func(a, b Run) int { return a.Asked.Compare(b.Asked) })
				return out, nil
			}
			var r entry
			if err := json.Unmarshal(e.Value(), &r); err != nil {
				return nil, fmt.Errorf("run %s: %w", strings.TrimSuffix(e.Key(), ".run"), err)
			}
			out = append(out, r.Run)
		}
	}
}

// Read is Book.
func (l *Ledger) Read(ctx context.Context, id string) (Run, error) {
	r, _, err := l.head(ctx, id)
	if err != nil {
		return Run{}, err
	}
	for n := range r.Pages {
		var cells []Cell
		if _, err := l.get(ctx, pageOf(id, n), &cells); err != nil {
			return Run{}, err
		}
		r.Cells = append(r.Cells, cells...)
	}
	return r.Run, nil
}

func (l *Ledger) head(ctx context.Context, id string) (r entry, revision uint64, err error) {
	revision, err = l.get(ctx, head(id), &r)
	if errors.Is(err, farm.ErrUnknown) {
		err = fmt.Errorf("%w: run %s", farm.ErrUnknown, id)
	}
	return r, revision, err
}

func (l *Ledger) get(ctx context.Context, key string, into any) (revision uint64, err error) {
	e, err := l.kv.Get(ctx, key)
	switch {
	case errors.Is(err, js.ErrKeyNotFound):
		return 0, fmt.Errorf("%w: %s", farm.ErrUnknown, key)
	case err != nil:
		return 0, unavailable(err)
	}
	return e.Revision(), json.Unmarshal(e.Value(), into)
}

// Close is Book, by compare-and-set.
func (l *Ledger) Close(ctx context.Context, id string, end End) error {
	r, revision, err := l.head(ctx, id)
	if err != nil || r.End != nil {
		return err
	}
	r.End = &end
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err = l.kv.Update(ctx, head(id), raw, revision); err != nil {
		return unavailable(err)
	}
	return nil
}
