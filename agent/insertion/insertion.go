// Package insertion is one card between going into a reader and coming out:
// finding it, reading whose it is, asking its holder for the passcode and using
// it in one transaction. Signing in and signing prescriptions share it.
package insertion

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Reasons why there is no card to use, besides those of package reader.
var (
	// ErrTwoCards is more than one card; the agent never guesses which.
	ErrTwoCards = errors.New("there is more than one card: leave only yours in")
	// ErrLocked is a card that allows no more tries.
	ErrLocked = errors.New("the card is locked")
	// ErrGaveUp is a person's no after a wrong passcode.
	ErrGaveUp = errors.New("wrong passcode, and the person gave up")
	// ErrNotReset is a card that is still there but could not be restarted, so
	// another program might inherit the verified passcode.
	ErrNotReset = errors.New("the card could not be reset")
)

// Insertion is one card in one reader.
type Insertion struct {
	State  reader.State
	Memory *card.Memory
}

// Desk is the readers and the person in front of them. Its fields are set once;
// it remembers what it read off the last insertion.
type Desk struct {
	Readers  reader.System
	Open     func(reader.Card, *card.Memory) (card.Card, error)
	Prompter passcode.Prompter
	Filter   string           // part of a reader's name; empty is any reader
	Now      func() time.Time // zero is time.Now
	// Patience is how long a card may take for one answer; zero is 30 s.
	Patience time.Duration
	// Waiting is how many requests wait for the screen; zero tells nobody.
	Waiting func() int

	mu   sync.Mutex
	last Insertion
}

// Find is the one card there is. With no reader or no card it shows notice,
// follows the readers and waits. Errors wrap ErrTwoCards, those of package
// reader, the prompter's, or the context's; after waiting in vain also
// reader.ErrNoReader or reader.ErrNoCard.
func (d *Desk) Find(ctx context.Context, notice passcode.Notice) (Insertion, error) {
	ctx, cancel := d.until(ctx, notice.Deadline)
	defer cancel()
	states, err := d.Readers.Readers(ctx)
	for err == nil {
		state, reason := d.choose(states)
		if reason == nil {
			return d.remember(state), nil
		}
		if !waitable(reason) {
			return Insertion{}, reason
		}
		notice.Text, notice.Waiting = advice(reason), d.Waiting
		if states, err = d.follow(ctx, states, notice); err != nil {
			err = errors.Join(reason, err)
		}
	}
	return Insertion{}, err
}

// choose picks the only present card.
func (d *Desk) choose(states []reader.State) (reader.State, error) {
	states = slices.DeleteFunc(slices.Clone(states), func(s reader.State) bool { return !strings.Contains(s.Name, d.Filter) })
	if len(states) == 0 {
		return reader.State{}, reader.ErrNoReader
	}
	states = slices.DeleteFunc(states, func(s reader.State) bool { return !s.Present })
	switch {
	case len(states) == 0:
		return reader.State{}, reader.ErrNoCard
	case len(states) > 1:
		return reader.State{}, ErrTwoCards
	case states[0].Mute:
		return reader.State{}, reader.ErrMute
	}
	return states[0], nil
}

func waitable(err error) bool {
	return errors.Is(err, reader.ErrNoReader) || errors.Is(err, reader.ErrNoCard)
}

func advice(err error) string {
	if errors.Is(err, reader.ErrNoReader) {
		return "Connect a smartcard reader"
	}
	return "Insert your smartcard"
}

// follow keeps the notice up until the readers change.
func (d *Desk) follow(ctx context.Context, known []reader.State, notice passcode.Notice) ([]reader.State, error) {
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		if err := d.Prompter.Show(waiting, notice); err != nil {
			stop(err)
		}
	}()
	states, err := d.Readers.Wait(waiting, known)
	if err != nil && waiting.Err() != nil {
		err = context.Cause(waiting)
	}
	stop(nil)
	<-shown
	return states, err
}

// until bounds the time a person has. The card's and the provider's own time
// comes on top: whoever types in the last second is still signed in.
func (d *Desk) until(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	return context.WithTimeout(ctx, deadline.Sub(now()))
}

// remember keeps what was read for as long as the same card stays in.
func (d *Desk) remember(s reader.State) Insertion {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last.Memory == nil || !same(d.last.State, s) {
		d.last = Insertion{State: s, Memory: &card.Memory{}}
	}
	return d.last
}

// Forget drops what was read, after a card turned out not to be what it said.
func (d *Desk) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = Insertion{}
}

func same(a, b reader.State) bool {
	return a.Name == b.Name && a.Insertion == b.Insertion && slices.Equal(a.ATR, b.ATR) && a.Present == b.Present
}
