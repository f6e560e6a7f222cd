package tray

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Board is where the agent's parts write down how they stand. The zero value is
// ready. Do not copy a Board.
type Board struct {
	mu      sync.Mutex
	now     Status
	readers []chan struct{}
}

// Change lets write change the status and tells everyone who follows.
func (b *Board) Change(write func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	write(&b.now)
	for _, c := range b.readers {
		select {
		case c <- struct{}{}:
		default: // the last change was not looked at yet
		}
	}
}

// Again has everybody who follows look again, though nothing has changed.
func (b *Board) Again() { b.Change(func(*Status) {}) }

// Status is how things stand now.
func (b *Board) Status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.now
	s.Readers = slices.Clone(s.Readers)
	return s
}

// Follow tells of changes until ctx ends. Changes nobody took are one.
func (b *Board) Follow(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	b.readers = append(b.readers, c)
	b.mu.Unlock()
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.readers = slices.DeleteFunc(b.readers, func(r chan struct{}) bool { return r == c })
	})
	return c
}

// lookAgain is how long Watch rests when it could not be told.
const lookAgain = 5 * time.Second

func rest(ctx context.Context) bool {
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Watch writes down readers and cards until ctx ends. It asks nothing
// while nothing changes.
func (b *Board) Watch(ctx context.Context, system reader.System) {
	states, err := system.Readers(ctx)
	for ctx.Err() == nil {
		b.Change(func(s *Status) { s.Readers, s.ReaderError = states, err })
		if err != nil && !rest(ctx) {
			return
		}
		if err != nil {
			states, err = system.Readers(ctx)
		} else {
			states, err = system.Wait(ctx, states)
		}
	}
}
