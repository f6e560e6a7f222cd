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
// passcode was shown, the transaction is done over, once.
func (d *Desk) Use(ctx context.Context, in Insertion, do func(context.Context, *Session) error) error {
	shown, err := d.use(ctx, in, do)
	if errors.Is(err, reader.ErrReset) && !shown {
		_, err = d.use(ctx, in, do)
	}
	return err
}

func (d *Desk) use(ctx context.Context, in Insertion, do func(context.Context, *Session) error) (shown bool, err error) {
	c, err := d.Readers.Connect(ctx, in.State.Name)
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
// leaves.
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
		if d.gone(states, in) {
			return reader.ErrRemoved
		}
		states, err = d.Readers.Wait(ctx, states)
	}
	return err
}

func (d *Desk) gone(states []reader.State, in Insertion) bool {
	for _, s := range states {
		if s.Name == in.State.Name {
			return !s.Present || s.Insertion != in.State.Insertion
		}
	}
	return true
}
