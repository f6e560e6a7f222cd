package insertion

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// graceTime is how long a person can still say no after the form said for whose
// card the passcode typed beforehand will be used.
const graceTime = 2 * time.Second

// live is a visit with a window that stays up.
//
// A passcode may be typed before the card has been read: on slow virtual
// machines and redirected readers that takes many seconds. It is kept in locked
// memory. When the card has been read and the passcode fits its rule, the form
// shows holder and tries for a moment, in which the person can say no, and then
// uses it. It is wiped and asked for again where it does not fit, where the card
// does not say how many tries are left, and where it would be the last try.
type live struct {
	*Desk
	Visit
	window  passcode.Window
	answers <-chan passcode.Answer
	sheet   passcode.Sheet
	shown   passcode.Sheet // what the window says now
	kept    []byte
}

// live is Visit on a window. Errors that wrap passcode.ErrUnavailable say that
// nothing was shown to the card, so that another way to ask may be taken.
func (d *Desk) live(ctx context.Context, screen passcode.Screen, v Visit, do Do) (err error) {
	state := passcode.Reading
	if _, _, reason := d.look(ctx); waitable(reason) {
		state = waiting(reason)
	} else if reason != nil {
		return reason // the page says it: there is nothing to wait for
	}
	l := &live{Desk: d, Visit: v, sheet: passcode.Sheet{Question: v.Question, State: state}}
	l.shown = l.sheet
	if l.window, err = screen.Open(ctx, l.sheet); err != nil {
		return err
	}
	l.answers = l.window.Answers()
	defer func() { l.forget(); l.window.Close(v.farewell(ctx, err)) }()
	return l.run(ctx, do)
}

// run begins again where reader or service went before the card was shown
// anything, with the same window.
func (l *live) run(ctx context.Context, do Do) error {
	var in Insertion
	once := func() (err error) {
		l.sheet.Question = l.Question
		if in, err = l.meet(ctx); err == nil {
			err = l.with(ctx, in, do)
		}
		return err
	}
	return l.recovering(ctx, once, func(reason error) error {
		limited, cancel := l.until(ctx, l.sheet.Deadline, l.sheet.Limit)
		defer cancel()
		l.sheet.Question = l.Question
		l.become(waiting(reason))
		return l.beside(limited, func(ctx context.Context) error { return l.free(ctx, in.State.Name) })
	})
}

// with is the visit once the card is there.
func (l *live) with(ctx context.Context, in Insertion, do Do) error {
	l.become(passcode.Reading)
	var f Facts
	err := l.beside(ctx, func(ctx context.Context) (err error) {
		if f, err = l.Read(ctx, in, l.Key); err == nil {
			err = l.accept(ctx, f)
		}
		return err
	})
	if err != nil {
		return err
	}
	l.sheet.Question = f.Form(l.sheet.Question)
	attempt := l.attempt
	if f.Keypad && l.kept == nil { // who has typed already is not made to do it again
		attempt = l.keypad
	}
	return again(&l.sheet.Question, func() error { return attempt(ctx, in, f, do) })
}

// meet follows the readers until there is one card.
func (l *live) meet(ctx context.Context) (Insertion, error) {
	ctx, cancel := l.until(ctx, l.sheet.Deadline, l.sheet.Limit)
	defer cancel()
	return l.find(ctx, func(reason error, known []reader.State) error {
		l.become(waiting(reason))
		return l.beside(ctx, func(ctx context.Context) error { return l.change(ctx, reason, known) })
	})
}

// attempt is one passcode, and at most one VERIFY of it.
func (l *live) attempt(ctx context.Context, in Insertion, f Facts, do Do) error {
	secret, err := l.passcode(ctx, in)
	defer clear(secret)
	if err == nil {
		err = f.Rule.Check(secret) // the card need not hear of a misfit
	}
	if err != nil {
		return err
	}
	l.sheet.Problem = ""
	l.become(passcode.Using)
	defer l.drop()
	return l.present(ctx, in, secret, func(ctx context.Context, s *Session, secret []byte) error { return do(ctx, s, f, secret) })
}

// keypad is one try on the reader's own keys.
func (l *live) keypad(ctx context.Context, in Insertion, f Facts, do Do) error {
	l.become(passcode.Keypad)
	l.sheet.Problem = ""
	defer l.drop()
	return l.byReader(ctx, in, l.sheet.Question, l.beside, func() { l.become(passcode.Using) },
		func(ctx context.Context, s *Session, secret []byte) error { return do(ctx, s, f, secret) })
}

// passcode is the one that was kept, or waits for one, with the card watched.
func (l *live) passcode(ctx context.Context, in Insertion) ([]byte, error) {
	watched, stop := l.Watch(ctx, in)
	defer stop()
	if l.kept != nil {
		if secret, err := l.early(watched); secret != nil || err != nil {
			return secret, err
		}
	}
	limited, cancel := l.until(watched, l.sheet.Deadline, l.sheet.Limit)
	defer cancel()
	l.become(passcode.Ready)
	return l.answer(limited)
}

// answer waits for one, and shows meanwhile who waits for this to end.
func (l *live) answer(ctx context.Context) ([]byte, error) {
	tick, stop := l.beating()
	defer stop()
	for {
		select {
		case a, open := <-l.answers:
			if !open {
				return nil, passcode.ErrGone
			}
			return a.Secret, a.Err
		case <-tick:
			l.become(passcode.Ready)
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), ctx.Err())
		}
	}
}

// early shows for whose card the kept passcode is about to be used, and hands it
// out after the grace. Nothing and no error says that it must be typed again.
func (l *live) early(ctx context.Context) ([]byte, error) {
	if err := l.sheet.Rule().Check(l.kept); err != nil {
		l.sheet.Problem = err.Error()
		l.forget()
		return nil, nil
	}
	if l.sheet.TriesLeft <= 1 { // or unknown
		l.sheet.Problem = notUsed
		l.forget()
		return nil, nil
	}
	l.become(passcode.Ready)
	if err := l.beside(ctx, func(ctx context.Context) error { return pause(ctx, cmp.Or(l.Grace, graceTime)) }); err != nil {
		return nil, err
	}
	secret := l.kept
	l.kept = nil
	return secret, nil
}

// notUsed is why a passcode that was typed beforehand was not used.
const notUsed = "The passcode typed before the card was read was not used. Look whose card it is, then type it again."

// become puts up another state, unless that is what the window says already.
func (l *live) become(s passcode.State) {
	l.sheet.State, l.sheet.Kept, l.sheet.Queue = s, l.kept != nil, l.queue()
	if l.sheet != l.shown {
		l.shown = l.sheet
		l.window.Show(l.sheet)
	}
}

// queue is how many requests wait for this one.
func (l *live) queue() int {
	if l.Waiting == nil {
		return 0
	}
	return l.Waiting.Waiting()
}

// beat is how often the form looks who waits.
const beat = time.Second

// beating ticks while there is a queue to look at.
func (l *live) beating() (<-chan time.Time, func()) {
	if l.Waiting == nil {
		return nil, func() {}
	}
	t := time.NewTicker(beat)
	return t.C, t.Stop
}

// beside runs work while the person looks at the form. A no ends it, a passcode
// is kept: the last one counts. The error is the person's no, work's, or joins
// work's with the cause of ctx.
func (l *live) beside(ctx context.Context, work func(context.Context) error) error {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done := make(chan error, 1)
	go func() { done <- work(working) }()
	answers := l.answers
	tick, still := l.beating()
	defer still()
	for {
		select {
		case <-tick:
			l.become(l.sheet.State)
		case err := <-done:
			if cause := context.Cause(working); err != nil && cause != nil {
				err = errors.Join(cause, err)
			}
			return err
		case a, open := <-answers:
			switch {
			case !open:
				stop(passcode.ErrGone)
				answers = nil
			case a.Err != nil:
				stop(a.Err)
				answers = nil
			default:
				l.keep(a.Secret)
			}
		}
	}
}

// keep takes a passcode that came before its time, and says so.
func (l *live) keep(secret []byte) {
	l.forget()
	l.kept = secret
	l.become(l.sheet.State)
}

func (l *live) forget() {
	clear(l.kept)
	l.kept = nil
}

// drop wipes what was typed while the card was at work.
func (l *live) drop() {
	for {
		select {
		case a, open := <-l.answers:
			clear(a.Secret)
			if !open {
				return
			}
		default:
			return
		}
	}
}
