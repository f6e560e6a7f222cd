//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// change blocks until the snapshot differs from known or ctx ends.
func (w *watch) change(ctx context.Context, known []reader.State) ([]reader.State, error) {
	for wait := slice; ctx.Err() == nil; wait = min(2*wait, longestSlice) {
		states, err := w.snapshot()
		if err == nil && torn(known, states) {
			_ = sleep(ctx, whole)
			states, err = w.snapshot()
		}
		if err != nil {
			return nil, err
		}
		if !slices.EqualFunc(states, known, same) {
			return states, nil
		}
		start := time.Now()
		if err := w.block(wait); err != nil {
			return nil, err
		}
		if time.Since(start) < pause { // some services answer at once, always
			_ = sleep(ctx, pause)
		}
	}
	return nil, ctx.Err()
}

// torn reports whether a card went in or out and was not counted: pcscd writes the
// two one after the other and may be read in between (1.9.9).
func torn(known, states []reader.State) bool {
	return slices.ContainsFunc(states, func(now reader.State) bool {
		return slices.ContainsFunc(known, func(before reader.State) bool {
			return before.Name == now.Name && before.Present != now.Present && before.Insertion == now.Insertion
		})
	})
}

// same compares all that a State says.
func same(a, b reader.State) bool {
	return a.Name == b.Name && a.Present == b.Present && a.Mute == b.Mute &&
		a.Exclusive == b.Exclusive && a.Insertion == b.Insertion && bytes.Equal(a.ATR, b.ATR)
}

// snapshot lists the readers and asks for their states without waiting. It
// starts again when a reader goes between the two calls.
func (w *watch) snapshot() (states []reader.State, err error) {
	for range 3 {
		if states, err = w.ask(); !errors.Is(err, reader.ErrNoReader) {
			break
		}
	}
	return states, err
}

func (w *watch) ask() ([]reader.State, error) {
	names, err := w.list()
	if err != nil || len(names) == 0 {
		return []reader.State{}, err
	}
	states := make([]scard.ReaderState, len(names))
	for i, name := range names {
		states[i] = scard.ReaderState{Reader: name + w.suffix, CurrentState: scard.StateUnaware}
	}
	if err := w.context.GetStatusChange(states, 0); err != nil && !errors.Is(err, scard.ErrTimeout) {
		return nil, failed("SCardGetStatusChange", err)
	}
	clear(w.known)
	out := make([]reader.State, 0, len(names))
	for i, name := range names {
		if states[i].EventState&(scard.StateUnknown|scard.StateUnavailable) != 0 {
			continue
		}
		w.known[name] = states[i].EventState &^ scard.StateChanged
		out = append(out, stateOf(name, states[i]))
	}
	return out, nil
}

// list is the readers' names in order. It repeats the two-step call that fails
// when a reader comes in between.
func (w *watch) list() ([]string, error) {
	var names []string
	var err error
	for range 3 {
		names, err = w.context.ListReaders()
		if !errors.Is(err, scard.ErrInsufficientBuffer) {
			break
		}
	}
	if errors.Is(err, scard.ErrNoReadersAvailable) {
		return nil, nil
	}
	slices.Sort(names)
	return names, failed("SCardListReaders", err)
}

// stateOf reads the flags. The high half of the event state counts insertions
// and removals.
func stateOf(name string, s scard.ReaderState) reader.State {
	out := reader.State{
		Name:      name,
		Present:   s.EventState&scard.StatePresent != 0,
		Mute:      s.EventState&scard.StateMute != 0,
		Exclusive: s.EventState&scard.StateExclusive != 0,
		Insertion: uint32(s.EventState) >> 16,
	}
	if out.Present && !out.Mute {
		out.ATR = bytes.Clone(s.Atr)
	}
	return out
}

// block waits for a change of what snapshot saw, of the readers too, for one
// slice.
func (w *watch) block(wait time.Duration) error {
	states := []scard.ReaderState{{Reader: pnp + w.suffix, CurrentState: w.pnp}}
	for name, flags := range w.known {
		states = append(states, scard.ReaderState{Reader: name + w.suffix, CurrentState: flags})
	}
	err := w.context.GetStatusChange(states, longestBlock(wait))
	switch {
	case err == nil:
		w.pnp = states[0].EventState &^ scard.StateChanged
		return nil
	case errors.Is(err, scard.ErrTimeout), errors.Is(err, scard.ErrUnknownReader), errors.Is(err, scard.ErrCancelled):
		return nil
	}
	return failed("SCardGetStatusChange", err)
}

// longestBlock is a slice, and on Windows no time at all: see the package
// comment. The caller then sleeps between looks.
func longestBlock(wait time.Duration) time.Duration {
	if runtime.GOOS == "windows" {
		return 0
	}
	return wait
}
