package settings

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
)

// Store keeps the merged tiers up to date. Make one with NewStore.
type Store struct {
	layers  []Layer
	reading sync.Mutex // one merge at a time, so that an old one never wins
	current atomic.Pointer[Snapshot]
}

// NewStore reads the layers, strongest first, once.
func NewStore(layers ...Layer) *Store {
	s := &Store{layers: layers}
	now := Merge(layers)
	s.current.Store(&now)
	return s
}

// Snapshot is what counts now.
func (s *Store) Snapshot() Snapshot { return *s.current.Load() }

// Current are the settings that count now. A caller that wants one thing done
// by one set of settings calls it once.
func (s *Store) Current() Settings { return s.current.Load().Settings }

// Watch follows every layer until ctx ends, which is no error, and calls
// changed with every new snapshot, one after another. A layer that cannot be
// watched is in the error when Watch returns; the others are followed.
func (s *Store) Watch(ctx context.Context, changed func(Snapshot)) error {
	errs := make([]error, len(s.layers))
	var watching sync.WaitGroup
	for i, l := range s.layers {
		watching.Go(func() { errs[i] = l.Source.Watch(ctx, func() { s.reload(changed) }) })
	}
	watching.Wait()
	return errors.Join(errs...)
}

func (s *Store) reload(changed func(Snapshot)) {
	s.reading.Lock()
	defer s.reading.Unlock()
	now := Merge(s.layers)
	if reflect.DeepEqual(now, *s.current.Load()) {
		return
	}
	s.current.Store(&now)
	changed(now)
}
