package planner

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Shelf is a Book in memory, for tests and for a desk that forgets. Its zero
// value is empty.
type Shelf struct {
	mu   sync.Mutex
	runs []Run
}

// Submit keeps a run.
func (s *Shelf) Submit(_ context.Context, r Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(r.ID) != nil {
		return fmt.Errorf("%w: there is a run %s", ErrInvalid, r.ID)
	}
	s.runs = append(s.runs, r)
	return nil
}

// Open lists what has not ended.
func (s *Shelf) Open(context.Context) ([]Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Run
	for _, r := range s.runs {
		if r.End == nil {
			r.Cells = nil
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Run) int { return a.Asked.Compare(b.Asked) })
	return out, nil
}

// Read is one run.
func (s *Shelf) Read(_ context.Context, id string) (Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.find(id); r != nil {
		return *r, nil
	}
	return Run{}, fmt.Errorf("%w: run %s", farm.ErrUnknown, id)
}

// Close ends one.
func (s *Shelf) Close(_ context.Context, id string, end End) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(id)
	if r == nil {
		return fmt.Errorf("%w: run %s", farm.ErrUnknown, id)
	}
	if r.End == nil {
		r.End = &end
	}
	return nil
}

func (s *Shelf) find(id string) *Run {
	for i := range s.runs {
		if s.runs[i].ID == id {
			return &s.runs[i]
		}
	}
	return nil
}
