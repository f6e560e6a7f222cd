package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Watch looks at a farm. Farm and Now are needed.
type Watch struct {
	Farm      Farm
	Inventory Inventory        // may be nil
	Requests  func() []Request // what people are asked to do; may be nil
	History   *History         // keeps what happened; nil keeps it in memory only
	// Hear is told what happens, in order, and must not take long. What happened
	// before History began is told too; what it has already is not.
	Hear   []func(Event)
	Period time.Duration // between two looks; zero is a second
	Now    func() time.Time
	Log    *slog.Logger // may be nil

	looking sync.Mutex // one look at a time

	mu      sync.Mutex
	state   State
	last    seen
	before  map[farm.Device]farm.Record // of the last look; nil before the first
	closed  map[string]int              // runs that are over: looks until they are read again
	waiting map[chan struct{}]bool
	took    time.Duration
}

// A run that is over is still read for settled looks: a planner that is slow may
// have more cells and attempts for it. Then it is read every again looks: somebody
// may want another attempt.
const (
	settled = 15
	again   = 15
)

// Run looks until ctx ends. A farm that cannot be reached is looked at again; the
// state says so meanwhile.
func (w *Watch) Run(ctx context.Context) error {
	for {
		w.Look(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(w.period(), 4*w.Took())): // looking takes a fifth of the time at most
		}
	}
}

func (w *Watch) period() time.Duration {
	if w.Period == 0 {
		return time.Second
	}
	return w.Period
}

// Look looks once, tells what happened since, and wakes who follows.
func (w *Watch) Look(ctx context.Context) {
	w.looking.Lock()
	defer w.looking.Unlock()
	begin, started := w.Now(), time.Now() // the pause between two looks is of this machine's clock, which does not jump
	s, err := w.look(ctx)
	if err != nil {
		w.trouble(err)
		return
	}
	events := w.happened(s, begin)
	w.mu.Lock()
	if w.state.Trouble != "" && w.Log != nil {
		w.Log.Info("the farm answers again")
	}
	w.last, w.state, w.took = s, s.state(begin), time.Since(started)
	w.mu.Unlock()
	for _, e := range events {
		w.Tell(e)
	}
	w.wake()
}

func (w *Watch) trouble(err error) {
	w.mu.Lock()
	if w.state.Trouble == "" && w.Log != nil {
		w.Log.Warn("the farm cannot be looked at", "error", err)
	}
	w.state.Trouble = "The farm's store cannot be reached: what is shown is old."
	if !errors.Is(err, farm.ErrUnavailable) {
		w.state.Trouble = "The farm cannot be looked at: " + err.Error()
	}
	w.mu.Unlock()
	w.wake()
}

// look asks for everything; of runs that are over, now and then.
func (w *Watch) look(ctx context.Context) (seen, error) {
	s := seen{cells: map[string][]farm.Progress{}}
	var err error
	if s.records, err = w.Farm.Devices(ctx); err != nil {
		return s, err
	}
	if s.runs, err = w.Farm.Runs(ctx); err != nil {
		return s, err
	}
	for i, id := range s.runs {
		if kept, ok := w.kept(id, i < len(s.runs)-MostRuns); ok {
			s.cells[id] = kept
		} else if s.cells[id], err = w.Farm.Run(ctx, id); err != nil && !errors.Is(err, farm.ErrUnknown) { // it may be gone by now
			return s, fmt.Errorf("run %s: %w", id, err)
		}
	}
	if w.Requests != nil {
		s.requests = w.Requests()
	}
	if w.Inventory == nil {
		return s, nil
	}
	if s.places, err = w.Inventory.Readers(ctx); err != nil {
		return s, err
	}
	s.stock, err = w.Inventory.Cards(ctx)
	return s, err
}

// kept are the cells of a run that is over, if it need not be read this time. An
// old one is read once and its cells are let go.
func (w *Watch) kept(run string, old bool) ([]farm.Progress, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left, over := w.closed[run]
	if over && old {
		return nil, true
	}
	if over {
		w.closed[run] = left - 1
	}
	if 1 < left && left <= again {
		return w.last.cells[run], true
	}
	return nil, false
}

// Note tells the end of an attempt that the next look would no longer find: it is
// about to be followed by another.
func (w *Watch) Note(p farm.Progress) {
	w.looking.Lock()
	defer w.looking.Unlock()
	if p.Phase == farm.Done && !w.history().Knows(p.Work) {
		w.Tell(attempt(p))
	}
}

// Reopen has a run read at the next look though it was over: it got more work.
func (w *Watch) Reopen(run string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.closed, run)
}

// happened compares a look with what is known.
func (w *Watch) happened(s seen, now time.Time) []Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.History == nil {
		w.History = &History{}
	}
	if w.closed == nil {
		w.closed = map[string]int{}
	}
	var all []Event
	is := map[farm.Device]farm.Record{}
	for _, r := range s.records {
		is[r.Device] = r
		was, known := w.before[r.Device]
		if e, yes := moved(was, r, now); yes && (known || w.before != nil) {
			all = append(all, e)
		}
	}
	w.before = is
	for _, id := range s.runs {
		all = append(all, w.ended(id, s.cells[id], now)...)
	}
	return all
}

// ended are the attempts of a run that ended since, and the run's own end.
func (w *Watch) ended(run string, cells []farm.Progress, now time.Time) []Event {
	if _, over := w.closed[run]; over && cells == nil {
		return nil // an old one
	}
	var all []Event
	for _, p := range cells {
		if p.Phase == farm.Done && !w.History.Knows(p.Work) {
			all = append(all, attempt(p))
		}
	}
	r := summary(run, cells, now)
	_, was := w.closed[run]
	if !r.over() {
		delete(w.closed, run)
		return all
	}
	switch left := w.closed[run]; {
	case !was:
		w.closed[run] = again + settled
	case left == 0:
		w.closed[run] = again
	}
	if len(all) > 0 {
		all = append(all, Event{Time: now, Kind: Over, Run: run, Counts: r.Verdicts})
	}
	return all
}

// Tell keeps an event and passes it on; others than the farm may tell too.
func (w *Watch) Tell(e Event) {
	if err := w.history().Add(e); err != nil && w.Log != nil {
		w.Log.Error("history is not kept", "error", err)
	}
	for _, hear := range w.Hear {
		hear(e)
	}
}

// history is where events are kept.
func (w *Watch) history() *History {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.History == nil {
		w.History = &History{}
	}
	return w.History
}

// Of is what happened to a device, newest first.
func (w *Watch) Of(d farm.Device) []Event { return w.history().Of(d) }

// Tried are the ended attempts at a cell, oldest first.
func (w *Watch) Tried(run, cell string) []Event { return w.history().Tried(run, cell) }

// Took is how long the last look took.
func (w *Watch) Took() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.took
}

// State is what was seen last.
func (w *Watch) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Cells are those of a run as they were seen last.
func (w *Watch) Cells(run string) []farm.Progress {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last.cells[run]
}

// Follow gives a channel that gets a value after each look, and a way to stop.
// Whoever is slow misses looks and never holds them up.
func (w *Watch) Follow() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting = map[chan struct{}]bool{}
	}
	w.waiting[c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waiting, c)
	}
}

// Followers is how many follow.
func (w *Watch) Followers() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting)
}

func (w *Watch) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.waiting {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
