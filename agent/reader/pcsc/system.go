//go:build cgo || windows

package pcsc

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

const (
	// pnp is the pseudo-reader that changes when a reader comes or goes.
	pnp = `\\?PnP?\Notification`
	// slice bounds one blocking wait: readers that came between listing and
	// waiting are found at the latest then. pcsc-lite before 2.3 loses them.
	// The longer nothing happens the longer are slices: an idle agent sleeps.
	slice        = 2 * time.Second
	longestSlice = 32 * time.Second
	// pause is slept when a wait came back early with nothing new.
	pause = 250 * time.Millisecond
	// whole is how long pcscd is given to finish what it was writing.
	whole = 10 * time.Millisecond
	// longest is the longest pause while the service is away.
	longest = 5 * time.Second
)

// System is the machine's readers. Make one with New.
type System struct {
	mu    sync.Mutex
	inUse map[int]bool // slots of status calls under way: see slot
}

// New is the readers of this machine. It asks nothing yet.
func New() *System { return &System{inUse: make(map[int]bool)} }

// watch is a context with what it was last told about each reader.
type watch struct {
	context status
	known   map[string]scard.StateFlag
	pnp     scard.StateFlag // the pseudo-reader's, fed back to it
	suffix  string
}

// status is what a watch needs of a PC/SC context.
type status interface {
	ListReaders() ([]string, error)
	GetStatusChange([]scard.ReaderState, time.Duration) error
}

// Readers is a snapshot.
func (s *System) Readers(ctx context.Context) ([]reader.State, error) {
	var states []reader.State
	err := s.watching(ctx, func(w *watch) (err error) {
		states, err = w.snapshot()
		return err
	})
	if err != nil {
		return nil, err
	}
	return states, nil
}

// Wait blocks until the snapshot differs from known. While the service is away
// it knocks again, with growing pauses; a service that was never there is no
// different from one that went, so only ctx ends the wait.
func (s *System) Wait(ctx context.Context, known []reader.State) ([]reader.State, error) {
	for back := pause; ; back = min(2*back, longest) {
		var states []reader.State
		err := s.watching(ctx, func(w *watch) (err error) {
			states, err = w.change(ctx, known)
			return err
		})
		if err == nil {
			return states, nil
		}
		if !errors.Is(err, reader.ErrNoService) {
			return nil, err
		}
		if len(known) > 0 {
			return []reader.State{}, nil // all readers went with the service
		}
		if sleep(ctx, back) != nil {
			return nil, fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

// watching runs use with a context and owner of its own.
func (s *System) watching(ctx context.Context, use func(*watch) error) error {
	slot := s.slot()
	var live *scard.Context
	established := make(chan *scard.Context, 1)
	o := startOwner(func(bool) {
		if live != nil {
			_ = live.Release()
		}
		s.release(slot)
	})
	defer o.stop()
	err := o.do(ctx, func() (err error) {
		if live, err = scard.EstablishContext(); err != nil {
			return failed("SCardEstablishContext", err)
		}
		established <- live
		return use(&watch{context: live, known: make(map[string]scard.StateFlag), suffix: suffix(slot)})
	})
	if ctx.Err() != nil {
		select {
		case blocked := <-established:
			_ = blocked.Cancel() // safe from another thread; wakes the owner
		default:
		}
	}
	return err
}

// slot reserves a number for one status call. The binding keeps reader names
// alive for C in a table keyed by name, so two calls at once need different
// keys: a number behind the terminating NUL, which C does not see.
func (s *System) slot() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for s.inUse[n] {
		n++
	}
	s.inUse[n] = true
	return n
}

func (s *System) release(slot int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inUse, slot)
}

func suffix(slot int) string {
	if runtime.GOOS == "windows" {
		return "" // names are UTF-16 there and may hold no NUL
	}
	return fmt.Sprintf("\x00%d", slot)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
