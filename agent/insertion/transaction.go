package insertion

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// resetTime bounds the clean-up, which runs even when the caller has given up.
const resetTime = 10 * time.Second

// answerTime is more than any card takes for one answer: a signature takes less
// than a second, a key pair some ten.
const answerTime = 30 * time.Second

// patient is a card that is given up when it does not answer. Without this the
// person would wait for the end of the whole use and hear that time was up,
// where it is the card that hangs.
type patient struct {
	reader.Card
	patience time.Duration
}

// Transmit passes the command on. Besides the card's errors it answers
// reader.ErrMute.
func (p patient) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	response, err := p.Card.Transmit(limited, command)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%w: no answer within %v", reader.ErrMute, p.patience)
	}
	return response, err
}

// Session is a card inside a transaction. It notes when the passcode was shown,
// so that the card is reset whatever happens next.
type Session struct {
	card.Card
	reader reader.Card
	shown  bool
}

// Verify is card.Card's.
func (s *Session) Verify(ctx context.Context, passcode []byte) error {
	if err := s.Rule().Check(passcode); err != nil {
		return err
	}
	s.shown = true
	return s.Card.Verify(ctx, passcode)
}

// Use runs do in one transaction with the card of this very insertion. If do showed a passcode the card is reset before
// another program can have it. If another program resets the card before a
// passcode was shown, the transaction is done over, a few times: other
// middleware resets whatever it looked at.
func (d *Desk) Use(ctx context.Context, in Insertion, do func(context.Context, *Session) error) error {
	for range resets {
		shown, err := d.use(ctx, in, do)
		switch {
		case err == nil || shown:
			return err
		case !errors.Is(err, reader.ErrReset):
			return unshown{d.vanished(ctx, in, err)}
		}
	}
	return fmt.Errorf("%w, again and again", reader.ErrReset)
}

// resets is how often in a row another program may reset the card.
const resets = 5

func (d *Desk) use(ctx context.Context, in Insertion, do func(context.Context, *Session) error) (shown bool, err error) {
	c, err := d.connect(ctx, in.State.Name, busyTime)
	if err != nil {
		return false, err
	}
	defer func() { _ = c.Close() }()
	plain := c
	c = patient{c, cmp.Or(d.Patience, answerTime)}
	k, err := d.Open(c, in.Memory)
	if err != nil {
		return false, err
	}
	end, err := c.Begin(ctx)
	if err != nil {
		return false, err
	}
	s := &Session{Card: k, reader: plain}
	defer func() { err = errors.Join(err, s.leave(ctx, c, end)) }()
	err = d.inside(ctx, in, s, do)
	return s.shown, err
}

func (d *Desk) inside(ctx context.Context, in Insertion, s *Session, do func(context.Context, *Session) error) error {
	if err := d.unchanged(ctx, in); err != nil {
		return err
	}
	return do(ctx, s)
}

// unchanged fails if the card left the reader since it was found, even if
// another stands in its place.
func (d *Desk) unchanged(ctx context.Context, in Insertion) error {
	states, err := d.Readers.Readers(ctx)
	if err != nil {
		return err
	}
	for _, s := range states {
		if s.Name == in.State.Name && s.Present && s.Insertion == in.State.Insertion {
			return nil
		}
	}
	return reader.ErrRemoved
}

// leave resets the card if it has seen a passcode and ends the transaction.
func (s *Session) leave(ctx context.Context, c reader.Card, end func() error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resetTime)
	defer cancel()
	var err error
	if s.shown {
		err = c.Reset(ctx)
	}
	_ = end() // the disconnect that follows ends it in any case
	if err == nil || gone(err) || errors.Is(err, reader.ErrAbandoned) {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrNotReset, err)
}

// gone is a card without power, which has forgotten every passcode.
func gone(err error) bool {
	return errors.Is(err, reader.ErrRemoved) || errors.Is(err, reader.ErrNoCard) || errors.Is(err, reader.ErrNoReader)
}

// Watch is a context that ends with cause reader.ErrRemoved when the card
// leaves, and with reader.ErrNoReader or reader.ErrNoService when all of it does.
func (d *Desk) Watch(ctx context.Context, in Insertion) (context.Context, func()) {
	watched, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop(d.untilGone(watched, in))
	}()
	return watched, func() { stop(context.Canceled); <-ended }
}

func (d *Desk) untilGone(ctx context.Context, in Insertion) error {
	states, err := d.Readers.Readers(ctx)
	for err == nil {
		if err := left(states, in); err != nil {
			return err
		}
		states, err = d.Readers.Wait(ctx, states)
	}
	if errors.Is(err, reader.ErrNoService) {
		return unshown{err}
	}
	return err
}

// left is why a card is not in any more, nil when it is.
func left(states []reader.State, in Insertion) error {
	for _, s := range states {
		if s.Name != in.State.Name {
			continue
		}
		if !s.Present || s.Insertion != in.State.Insertion {
			return reader.ErrRemoved
		}
		return nil
	}
	return unshown{fmt.Errorf("the reader went away: %w", reader.ErrNoReader)}
}
