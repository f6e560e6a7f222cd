package insertion

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Bounds for a card that never comes to an end. The second is enough for the
// largest batch of prescriptions on a slow card.
const (
	readTime = time.Minute
	useTime  = 10 * time.Minute
)

// Facts are what a card says without a passcode.
type Facts struct {
	Series      string
	Certificate *x509.Certificate
	Holder      card.Holder
	TriesLeft   int
	Rule        card.Rule
	Keypad      bool // the passcode is to be typed on the reader
}

// Read asks the card whose it is and how many tries are left, in one
// transaction. Drivers select by themselves where reading needs it. A locked
// card is ErrLocked.
func (d *Desk) Read(ctx context.Context, in Insertion, k card.Key) (Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	var f Facts
	err := d.Use(ctx, in, func(ctx context.Context, s *Session) (err error) {
		f.Series, f.Rule = s.Series(), s.Rule()
		if f.Certificate, err = s.Certificate(ctx, k); err != nil {
			return err
		}
		if f.Holder, err = card.HolderOf(f.Certificate); err != nil {
			return err
		}
		if f.TriesLeft, err = s.TriesLeft(ctx); err != nil {
			return err
		}
		f.Rule = s.Rule() // the card may have said more meanwhile
		f.Keypad, err = d.offers(ctx, s, k)
		return err
	})
	if err == nil && f.TriesLeft == 0 {
		err = ErrLocked
	}
	return f, err
}

// Unlock asks for the passcode and runs do in the transaction that verified it.
// A wrong passcode is asked for again, by the person and never by the agent;
// none is shown to a card twice. do gets the passcode for cards that want it
// before every signature; it is wiped when do returns. Errors are do's, the
// card's, the prompter's, or wrap ErrGaveUp.
func (d *Desk) Unlock(ctx context.Context, in Insertion, q passcode.Question, do func(ctx context.Context, s *Session, secret []byte) error) error {
	return again(&q, func() error {
		secret, err := d.ask(ctx, in, q)
		defer clear(secret)
		if err == nil {
			err = q.Rule().Check(secret) // the card need not hear of a misfit
		}
		if err != nil {
			return err
		}
		return d.present(ctx, in, secret, do)
	})
}

// mostMisfits is how many answers may not fit before the card hears of one.
const mostMisfits = 10

// again makes attempts until one ends well or ends all of it, and notes on q
// what the person must know for the next.
//
// What answers at once and never fits is no person: after a few misfits it has
// given up.
func again(q *passcode.Question, attempt func() error) error {
	wrong := false
	for misfits := 0; ; {
		err := attempt()
		var bad card.PasscodeError
		var rule card.RuleError
		if errors.As(err, &rule) || errors.As(err, new(errTyped)) {
			misfits++
		}
		switch {
		case misfits == mostMisfits:
			return fmt.Errorf("%w after %d answers that did not fit: %w", ErrGaveUp, misfits, err)
		case errors.As(err, &bad) && bad.Left > 0 && !errors.Is(err, ErrNotReset):
			q.Problem, q.TriesLeft, wrong = bad.Error(), bad.Left, true
		case errors.As(err, &rule):
			q.Problem = rule.Error()
		case errors.As(err, new(errTyped)):
			q.Problem = err.Error()
		case wrong && errors.Is(err, passcode.ErrCancelled):
			return errors.Join(ErrGaveUp, err)
		default:
			return err
		}
	}
}

// present shows the card what was typed, once, and runs do. The card is
// identified again first: another program may have selected another application
// meanwhile, whose passcode would be tried instead.
func (d *Desk) present(ctx context.Context, in Insertion, secret []byte, do func(context.Context, *Session, []byte) error) error {
	ctx, cancel := context.WithTimeout(ctx, useTime)
	defer cancel()
	return d.Use(ctx, in, func(ctx context.Context, s *Session) error {
		if err := s.Identify(ctx); err != nil {
			return err
		}
		if err := s.Verify(ctx, secret); err != nil {
			return err
		}
		return do(ctx, s, secret)
	})
}

// ask takes the form down when the card leaves.
func (d *Desk) ask(ctx context.Context, in Insertion, q passcode.Question) ([]byte, error) {
	ctx, cancel := d.until(ctx, q.Deadline, q.Limit)
	defer cancel()
	q.Waiting = d.Waiting
	watched, stop := d.Watch(ctx, in)
	defer stop()
	secret, err := d.Prompter.Ask(watched, q)
	if err != nil && watched.Err() != nil {
		err = errors.Join(context.Cause(watched), err)
	}
	return secret, err
}

// Form fills a question with what the card said.
func (f Facts) Form(q passcode.Question) passcode.Question {
	q.Holder, q.TriesLeft = f.Holder.Name, f.TriesLeft
	if q.Holder == "" {
		q.Holder = f.Holder.UUID
	}
	q.Min, q.Max, q.DigitsOnly = f.Rule.Min, f.Rule.Max, f.Rule.DigitsOnly
	return q
}
