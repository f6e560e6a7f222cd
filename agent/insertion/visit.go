package insertion

import (
	"context"
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Visit is one use of a card from the first look for it to the last signature.
type Visit struct {
	// Question is what the person sees before the card is known.
	Question passcode.Question
	// Key is the one that will be used.
	Key card.Key
	// Accept refuses a card before its holder is asked; nil accepts.
	Accept func(context.Context, Facts) error
	// Farewell is what a form says when it ends in this way; nil, or an empty
	// text, takes it down without a word.
	Farewell func(error) string
}

// Do is what a visit is for. It runs in the transaction that verified the
// passcode.
type Do func(ctx context.Context, s *Session, f Facts, secret []byte) error

// Visit finds the card, reads whose it is, asks its holder and runs do. Where
// the prompter has a window that stays up it follows the readers from the first
// moment; elsewhere one thing is shown after the other. Errors are those of
// Find, Read, Accept and Unlock.
func (d *Desk) Visit(ctx context.Context, v Visit, do Do) error {
	if screen, ok := d.Prompter.(passcode.Screen); ok {
		err := d.live(ctx, screen, v, do)
		if !errors.Is(err, passcode.ErrUnavailable) {
			return err
		}
	}
	return d.stepwise(ctx, v, do)
}

// stepwise begins again where reader or service went before the card was shown
// anything.
func (d *Desk) stepwise(ctx context.Context, v Visit, do Do) error {
	q := v.Question
	n := passcode.Notice{Purpose: q.Purpose, Application: q.Application, Environment: q.Environment, Deadline: q.Deadline, Limit: q.Limit, Waiting: d.Waiting}
	var in Insertion
	once := func() (err error) {
		if in, err = d.Find(ctx, n); err == nil {
			err = d.step(ctx, in, v, do)
		}
		return err
	}
	return d.recovering(ctx, once, func(reason error) error {
		limited, cancel := d.until(ctx, q.Deadline, q.Limit)
		defer cancel()
		n := n
		n.Text = advice(reason)
		return d.notice(limited, n, func(ctx context.Context) error { return d.free(ctx, in.State.Name) })
	})
}

func (d *Desk) step(ctx context.Context, in Insertion, v Visit, do Do) error {
	f, err := d.Read(ctx, in, v.Key)
	if err == nil {
		err = v.accept(ctx, f)
	}
	if err != nil {
		return err
	}
	unlock := d.Unlock
	if f.Keypad {
		unlock = d.stepReader
	}
	return unlock(ctx, in, f.Form(v.Question), func(ctx context.Context, s *Session, secret []byte) error {
		return do(ctx, s, f, secret)
	})
}

func (v Visit) accept(ctx context.Context, f Facts) error {
	if v.Accept == nil {
		return nil
	}
	return v.Accept(ctx, f)
}

// farewell is nothing when the person said no, or the caller has gone.
func (v Visit) farewell(ctx context.Context, err error) string {
	no := errors.Is(err, passcode.ErrCancelled) || errors.Is(err, passcode.ErrNotStarted) || ctx.Err() != nil
	if err == nil || v.Farewell == nil || no {
		return ""
	}
	return v.Farewell(err)
}
