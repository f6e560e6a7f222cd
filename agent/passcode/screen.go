package passcode

import (
	"context"
	"errors"
	"time"
)

// Screen is a Prompter's better half: one window that stays up from "insert
// your smartcard" to the end, and changes while the person looks at it.
type Screen interface {
	// Open puts the window up. It does not take the keyboard away from what
	// the person is doing. Errors wrap ErrUnavailable, or are the context's.
	// The window lives until Close, whatever becomes of ctx.
	Open(ctx context.Context, s Sheet) (Window, error)
}

// Window is an open form. It counts down by itself; ending it in time is the
// caller's.
type Window interface {
	// Show replaces what the window says. What is being typed stays, unless
	// the sheet has a Problem or is Using.
	Show(s Sheet)
	// Answers brings what the person did. It is closed when the window has
	// gone by itself, as after a crash.
	Answers() <-chan Answer
	// Close takes the window down. With a farewell it first stays for a
	// moment, to say how it ended; Close does not wait for that.
	Close(farewell string)
}

// Answer is one thing a person did: a passcode, which the receiver wipes, or
// ErrCancelled or ErrNotStarted.
type Answer struct {
	Secret []byte
	Err    error
}

// Single makes a Prompter of a Screen, for callers that ask one question.
type Single struct {
	Screen
	Now func() time.Time // nil is time.Now
}

// Ask is Prompter.Ask.
func (s Single) Ask(ctx context.Context, q Question) ([]byte, error) {
	return s.once(ctx, Sheet{Question: q}, q.Deadline)
}

// Show is Prompter.Show.
func (s Single) Show(ctx context.Context, n Notice) error {
	q := Question{Purpose: n.Purpose, Application: n.Application, Environment: n.Environment, Deadline: n.Deadline, Limit: n.Limit, Problem: n.Text}
	secret, err := s.once(ctx, Sheet{Question: q, State: NoCard}, n.Deadline)
	clear(secret)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (s Single) once(ctx context.Context, sheet Sheet, deadline time.Time) ([]byte, error) {
	w, err := s.Open(ctx, sheet)
	if err != nil {
		return nil, err
	}
	defer w.Close("")
	var up <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(deadline.Sub(s.now()))
		defer timer.Stop()
		up = timer.C
	}
	select {
	case a, open := <-w.Answers():
		if !open {
			return nil, ErrGone
		}
		return a.Secret, a.Err
	case <-up:
		return nil, ErrTimeout
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s Single) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// Open is Screen.Open: the first of the chain's screens that works. One that
// comes after a prompter that cannot do it has no say.
func (c Chain) Open(ctx context.Context, s Sheet) (Window, error) {
	failure := error(ErrUnavailable)
	for _, p := range c {
		screen, ok := p.(Screen)
		if !ok {
			break
		}
		w, err := screen.Open(ctx, s)
		if !errors.Is(err, ErrUnavailable) {
			return w, err
		}
		failure = err
	}
	return nil, failure
}
