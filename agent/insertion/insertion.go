// Package insertion is one card between going into a reader and coming out:
// finding it, reading whose it is, asking its holder for the passcode and using
// it in one transaction. Signing in and signing prescriptions share it.
package insertion

import (
	"context"
	"errors"
	"fmt"
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
	// Keypad says when a reader's own keys are used; zero is for cards whose
	// passcode can only be digits.
	Keypad Keypad
	// Grace is how long the form shows whose card it is and how many tries are
	// left before it uses a passcode that was typed before the card had been
	// read; zero is 2 s.
	Grace time.Duration
	// Waiting is how many requests wait for the screen; zero tells nobody.
	Waiting passcode.Queue

	mu   sync.Mutex
	last Insertion
}

// Find is the one card there is. With no reader or no card it shows notice,
// follows the readers and waits. Errors wrap ErrTwoCards, those of package
// reader, the prompter's, or the context's; after waiting in vain also
// reader.ErrNoReader or reader.ErrNoCard.
func (d *Desk) Find(ctx context.Context, notice passcode.Notice) (Insertion, error) {
	ctx, cancel := d.until(ctx, notice.Deadline, notice.Limit)
	defer cancel()
	return d.find(ctx, func(reason error, known []reader.State) error {
		notice.Text, notice.Waiting = advice(reason), d.Waiting
		return d.notice(ctx, notice, func(ctx context.Context) error { return d.change(ctx, reason, known) })
	})
}

// find is the one card there is; next says for what reason there is none yet,
// and comes back when the readers changed.
func (d *Desk) find(ctx context.Context, next func(reason error, known []reader.State) error) (Insertion, error) {
	for {
		state, states, reason := d.look(ctx)
		if reason == nil {
			return d.remember(state), nil
		}
		if !waitable(reason) || ctx.Err() != nil {
			return Insertion{}, reason
		}
		if err := next(reason, states); err != nil && !errors.Is(err, reader.ErrNoService) {
			return Insertion{}, errors.Join(reason, err)
		} else if ctx.Err() != nil {
			return Insertion{}, errors.Join(reason, context.Cause(ctx), err)
		}
	}
}

// look asks which readers there are and picks the only card.
func (d *Desk) look(ctx context.Context) (reader.State, []reader.State, error) {
	states, err := d.Readers.Readers(ctx)
	if err != nil {
		return reader.State{}, nil, err
	}
	state, err := d.choose(states)
	return state, states, err
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

// waitable is a reason that a person, or the service by itself, can mend.
func waitable(err error) bool {
	return errors.Is(err, reader.ErrNoService) || errors.Is(err, reader.ErrNoReader) || errors.Is(err, reader.ErrNoCard) || errors.Is(err, reader.ErrMute)
}

// waiting is the form's state for a reason to wait.
func waiting(reason error) passcode.State {
	switch {
	case errors.Is(reason, reader.ErrNoService):
		return passcode.NoService
	case errors.Is(reason, reader.ErrNoReader):
		return passcode.NoReader
	case errors.Is(reason, reader.ErrMute):
		return passcode.Mute
	case errors.Is(reason, reader.ErrBusy):
		return passcode.Held
	}
	return passcode.NoCard
}

// advice is the same for a notice.
func advice(reason error) string {
	return strings.TrimSuffix(passcode.Sheet{State: waiting(reason)}.Advice(), ".")
}

// notice keeps a notice up while work waits for something.
func (d *Desk) notice(ctx context.Context, n passcode.Notice, work func(context.Context) error) error {
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		if err := d.Prompter.Show(waiting, n); err != nil {
			stop(err)
		}
	}()
	err := work(waiting)
	if err != nil && waiting.Err() != nil {
		err = context.Cause(waiting)
	}
	stop(nil)
	<-shown
	return err
}

// until bounds the time a person has. The card's and the provider's own time
// comes on top: whoever types in the last second is still signed in. The
// context's cause is passcode.ErrTimeout and names the limit, for the log.
func (d *Desk) until(ctx context.Context, deadline time.Time, limit string) (context.Context, context.CancelFunc) {
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	return context.WithTimeoutCause(ctx, deadline.Sub(now()), fmt.Errorf("%w: %s ended", passcode.ErrTimeout, limit))
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
