//go:build cgo || windows

package pcsc

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// hasty is a service that answers every question at once, whatever it was told
// is known already: Wine's does.
type hasty struct {
	asked int
	names []string
	event scard.StateFlag
	later time.Time // a card goes in then
	fails error
}

func (h *hasty) ListReaders() ([]string, error) { return h.names, h.fails }

func (h *hasty) GetStatusChange(states []scard.ReaderState, _ time.Duration) error {
	h.asked++
	if !h.later.IsZero() && time.Now().After(h.later) {
		h.event = scard.StatePresent | 1<<16
	}
	for i := range states {
		states[i].EventState = h.event | scard.StateChanged
	}
	return nil
}

// Requirement: a service that does not wait is not asked without end: a look
// and a wait each quarter of a second at most. Source: PC/SC part 5,
// SCardGetStatusChange; measured with Wine 10, 206,000 calls in 9 s. Turned red
// by: trusting the service to block.
func TestNeverSpins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hasty{names: []string{"Reader 1"}, event: scard.StateEmpty}
		w := &watch{context: h, known: make(map[string]scard.StateFlag)}
		known, err := w.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		h.asked = 0
		if _, err := w.change(ctx, known); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nothing changed and it said %v", err)
		}
		if h.asked < 20 || h.asked > 84 { // two calls for each of 40 rounds, and a last one
			t.Errorf("asked %d times in 10 seconds", h.asked)
		}
	})
}

// Requirement: what such a service tells is compared with what is known, so a
// change is seen and none is invented. Source: as above. Turned red by: taking
// SCARD_STATE_CHANGED for a change.
func TestChangeIsCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hasty{names: []string{"Reader 1"}, event: scard.StateEmpty}
		w := &watch{context: h, known: make(map[string]scard.StateFlag)}
		known, err := w.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		h.later = time.Now().Add(5 * time.Second)
		start := time.Now()
		now, err := w.change(t.Context(), known)
		if err != nil || len(now) != 1 || !now[0].Present || now[0].Insertion != 1 {
			t.Errorf("%+v, %v", now, err)
		}
		if after := time.Since(start); after < 5*time.Second {
			t.Errorf("a change after %v that was none", after)
		}
	})
}

// slow is a service that counts a card a moment after it shows it.
type slow struct{ hasty }

func (s *slow) GetStatusChange(states []scard.ReaderState, d time.Duration) error {
	err := s.hasty.GetStatusChange(states, d)
	s.event = scard.StatePresent | 1<<16
	return err
}

// Requirement: an insertion is never told with the number of the one before, or who
// finds the card there and then looks again takes it for another (package reader,
// State). Source: pcscd 1.9.9, which writes presence first and its counter after.
// Turned red by: telling what is read in between.
func TestInsertionIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{hasty{names: []string{"Reader 1"}, event: scard.StatePresent}}
		w := &watch{context: s, known: make(map[string]scard.StateFlag)}
		now, err := w.change(t.Context(), []reader.State{{Name: "Reader 1"}})
		if err != nil || len(now) != 1 || !now[0].Present || now[0].Insertion != 1 {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

// Requirement: a session without redirected readers is no error beyond its name:
// none is an empty list, and no service is reader.ErrNoService (PC/SC part 5;
// remote sessions answer SCARD_E_NO_READERS_AVAILABLE or SCARD_E_NO_SERVICE).
// Turned red by: another meaning.
func TestEmptyList(t *testing.T) {
	w := &watch{context: &hasty{fails: scard.ErrNoReadersAvailable}, known: make(map[string]scard.StateFlag)}
	if states, err := w.snapshot(); err != nil || states == nil || len(states) != 0 {
		t.Errorf("no readers: %v, %v", states, err)
	}
	w.context = &hasty{fails: scard.ErrNoService}
	if _, err := w.snapshot(); !errors.Is(err, reader.ErrNoService) {
		t.Errorf("no service: %v", err)
	}
}
