// Package readertest is readers without hardware: a Shelf of cards in memory, a
// Recorder and a Player of conversations, and the Contract that every
// reader.System must keep, real or not.
package readertest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Shelf is a reader.System in memory. Put any reader.Card into it; connections
// behave as PC/SC's do: a card taken out is reader.ErrRemoved for ever, a reset
// by one connection is reader.ErrReset once for the others, a transaction keeps
// them out. The zero value is a machine without readers.
type Shelf struct {
	mu      sync.Mutex
	slots   map[string]*slot
	changed chan struct{} // closed and replaced at every change
}

// slot is one reader.
type slot struct {
	card      reader.Card // nil when empty
	insertion uint32
	resets    int
	holder    *connection // of the transaction
}

// Add puts an empty reader on the shelf; one of that name stays as it is.
func (s *Shelf) Add(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slot(name)
	s.notify()
}

// Insert puts a card into the named reader, adding the reader where there is
// none and taking out the card that was in it.
func (s *Shelf) Insert(name string, card reader.Card) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.slot(name)
	s.empty(at)
	at.card = card
	at.insertion++
	s.notify()
}

// Remove takes the card out of the named reader. The card loses power: one with
// a PowerOff method is told so.
func (s *Shelf) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.slots[name]; at != nil {
		s.empty(at)
		s.notify()
	}
}

// Vanish unplugs the reader, card and all.
func (s *Shelf) Vanish(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.slots[name]; at != nil {
		s.empty(at)
		delete(s.slots, name)
		s.notify()
	}
}

func (s *Shelf) slot(name string) *slot {
	if s.slots == nil {
		s.slots = make(map[string]*slot)
	}
	if s.slots[name] == nil {
		s.slots[name] = &slot{}
	}
	return s.slots[name]
}

func (s *Shelf) empty(at *slot) {
	if at.card == nil {
		return
	}
	if powered, ok := at.card.(interface{ PowerOff() }); ok {
		powered.PowerOff()
	}
	at.card, at.holder = nil, nil
	at.insertion++
}

func (s *Shelf) notify() {
	if s.changed != nil {
		close(s.changed)
	}
	s.changed = make(chan struct{})
}

// pulse is closed at the next change.
func (s *Shelf) pulse() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// Readers is a snapshot, ordered by name.
func (s *Shelf) Readers(ctx context.Context) ([]reader.State, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot(), nil
}

func (s *Shelf) snapshot() []reader.State {
	out := []reader.State{}
	for name, at := range s.slots {
		state := reader.State{Name: name, Insertion: at.insertion}
		if at.card != nil {
			state.Present, state.ATR = true, bytes.Clone(at.card.ATR())
			state.Mute = len(state.ATR) == 0
		}
		out = append(out, state)
	}
	slices.SortFunc(out, func(a, b reader.State) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return out
}

// Wait blocks until the snapshot differs from known.
func (s *Shelf) Wait(ctx context.Context, known []reader.State) ([]reader.State, error) {
	for {
		s.mu.Lock()
		now, pulse := s.snapshot(), s.pulse()
		s.mu.Unlock()
		if !slices.EqualFunc(now, known, same) {
			return now, nil
		}
		select {
		case <-pulse:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func same(a, b reader.State) bool {
	return a.Name == b.Name && a.Present == b.Present && a.Mute == b.Mute &&
		a.Exclusive == b.Exclusive && a.Insertion == b.Insertion && bytes.Equal(a.ATR, b.ATR)
}

// Connect makes a connection to the card in the named reader. While another
// connection has a transaction it blocks, as PC/SC does.
func (s *Shelf) Connect(ctx context.Context, name string) (reader.Card, error) {
	for {
		s.mu.Lock()
		at, pulse := s.slots[name], s.pulse()
		switch {
		case at == nil:
			s.mu.Unlock()
			return nil, fmt.Errorf("%w: %s", reader.ErrNoReader, name)
		case at.card == nil:
			s.mu.Unlock()
			return nil, fmt.Errorf("%w: %s", reader.ErrNoCard, name)
		case len(at.card.ATR()) == 0:
			s.mu.Unlock()
			return nil, fmt.Errorf("%w: %s", reader.ErrMute, name)
		case at.holder == nil:
			c := &connection{shelf: s, slot: at, card: at.card, insertion: at.insertion, resets: at.resets}
			c.atr, c.protocol = at.card.ATR(), at.card.Protocol()
			s.mu.Unlock()
			return c, nil
		}
		s.mu.Unlock()
		select {
		case <-pulse:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// connection is one program's view of a card on a shelf.
type connection struct {
	shelf     *Shelf
	slot      *slot
	card      reader.Card
	insertion uint32
	resets    int // of the card, as far as this connection was told
	atr       []byte
	protocol  iso7816.Protocol
	closed    bool
}

func (c *connection) ATR() []byte                { return bytes.Clone(c.atr) }
func (c *connection) Protocol() iso7816.Protocol { return c.protocol }
