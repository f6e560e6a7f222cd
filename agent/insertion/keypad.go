package insertion

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pinpad"
)

// Keypad says when a reader's own keys are used instead of the form.
type Keypad int

const (
	// KeypadForDigits is for cards whose passcode can only be digits: a
	// passcode with letters cannot be typed on a reader.
	KeypadForDigits Keypad = iota
	// KeypadAlways is for readers and cards of a place where nobody has an
	// old passcode with letters.
	KeypadAlways
	// KeypadNever is for readers whose keys do not work as they say.
	KeypadNever
)

// offers says whether the passcode of this card is to be typed on this reader.
// The content-commitment key is left out: some cards want the passcode before
// every signature, and nobody types it a hundred times.
func (d *Desk) offers(ctx context.Context, s *Session, k card.Key) (bool, error) {
	rule := s.Rule()
	if d.Keypad == KeypadNever || k == card.ContentCommitment || (d.Keypad == KeypadForDigits && !rule.DigitsOnly) {
		return false, nil
	}
	if _, ok := s.Card.(card.Templater); !ok || rule.Max > pinpad.LongestBlock {
		return false, nil
	}
	_, err := pinpad.Find(ctx, s.reader)
	if errors.Is(err, pinpad.ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// verifyOnReader verifies what is typed on the reader. The Session then counts as one that
// has seen a passcode, as the person may still type when the caller has gone.
func (s *Session) verifyOnReader(ctx context.Context, left time.Duration) error {
	pad, err := pinpad.Find(ctx, s.reader)
	if err != nil {
		return err
	}
	template, err := s.Card.(card.Templater).Template(ctx)
	if err != nil {
		return err
	}
	s.shown = true
	return pad.Verify(ctx, template, left)
}

// errTyped is a try on the reader that showed the card nothing; the person may
// have another.
type errTyped struct{ error }

func (e errTyped) Unwrap() error { return e.error }

// byReader is one try on the reader's own keys. The transaction is held while
// the person types: the reader talks to the card itself, and nobody else may
// come between. beside runs the waiting while the person can say no on the
// screen; the reader then stays lit until it gives up, and the card is reset
// when it does.
func (d *Desk) byReader(ctx context.Context, in Insertion, q passcode.Question, beside func(context.Context, func(context.Context) error) error, typed func(), do func(context.Context, *Session, []byte) error) error {
	whole, cancel := context.WithTimeout(ctx, useTime)
	defer cancel()
	return d.Use(whole, in, func(ctx context.Context, s *Session) error {
		if err := s.Identify(ctx); err != nil {
			return err
		}
		limited, cancel := d.until(ctx, q.Deadline, q.Limit)
		defer cancel()
		err := beside(limited, func(ctx context.Context) error {
			end, _ := ctx.Deadline()
			return s.verifyOnReader(ctx, time.Until(end))
		})
		switch {
		case errors.Is(err, pinpad.ErrCancelled):
			return fmt.Errorf("%w: %w", passcode.ErrCancelled, err)
		case errors.Is(err, pinpad.ErrTimeout):
			return errTyped{err}
		case err != nil:
			return err
		}
		typed()
		return do(ctx, s, nil)
	})
}

// stepReader is Unlock on the reader's own keys, with a notice on the screen.
func (d *Desk) stepReader(ctx context.Context, in Insertion, q passcode.Question, do func(context.Context, *Session, []byte) error) error {
	return again(&q, func() error {
		n := passcode.Notice{Purpose: q.Purpose, Application: q.Application, Environment: q.Environment, Deadline: q.Deadline, Limit: q.Limit}
		n.Text = passcode.Sheet{Question: q, State: passcode.Keypad}.Advice()
		beside := func(ctx context.Context, work func(context.Context) error) error {
			waiting, stop := context.WithCancelCause(ctx)
			shown := make(chan struct{})
			go func() {
				defer close(shown)
				if err := d.Prompter.Show(waiting, n); err != nil {
					stop(err)
				}
			}()
			err := work(waiting)
			if cause := context.Cause(waiting); err != nil && cause != nil {
				err = errors.Join(cause, err)
			}
			stop(nil)
			<-shown
			return err
		}
		return d.byReader(ctx, in, q, beside, func() {}, do)
	})
}
