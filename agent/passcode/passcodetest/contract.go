// Package passcodetest holds what every pinentry program must do, a real one
// with a person's keys typed into it and a scripted one alike.
package passcodetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Wish is what the person does.
type Wish int

const (
	// Type types 12%3456 and confirms: the percent sign needs escaping.
	Type Wish = iota
	// Cancel says no.
	Cancel
	// Hang does nothing.
	Hang
)

// Typed is the passcode of Type.
const Typed = "12%3456"

// Question is one as the agent asks it, ending at deadline.
func Question(deadline time.Time) passcode.Question {
	return passcode.Question{
		Purpose: "Sign in to the ward round", Application: "Ward round 100%", Environment: "int",
		Holder: "Rhys Pritchard", TriesLeft: 1, Problem: "Wrong passcode.", Deadline: deadline,
		Limit: "TimeToShowPinForm", Min: 6, Max: 8, DigitsOnly: true,
	}
}

// Pinentry runs the contract. program makes a client for a program beside a
// person with the wish.
func Pinentry(t *testing.T, program func(t *testing.T, w Wish) *passcode.Pinentry) {
	later := func() time.Time { return time.Now().Add(time.Minute) }
	t.Run("what is typed comes back", func(t *testing.T) {
		answer, err := program(t, Type).Ask(t.Context(), Question(later()))
		if err != nil || string(answer) != Typed {
			t.Errorf("%d bytes, %v", len(answer), err)
		}
		clear(answer)
	})
	t.Run("cancel is ErrCancelled", func(t *testing.T) {
		if _, err := program(t, Cancel).Ask(t.Context(), Question(later())); !errors.Is(err, passcode.ErrCancelled) {
			t.Error(err)
		}
	})
	t.Run("the deadline is ErrTimeout", func(t *testing.T) {
		if _, err := program(t, Hang).Ask(t.Context(), Question(time.Now().Add(time.Second))); !errors.Is(err, passcode.ErrTimeout) {
			t.Error(err)
		}
	})
	t.Run("the context's end is the context's error", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := program(t, Hang).Ask(ctx, Question(later())); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	t.Run("a notice stays until the context ends", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := program(t, Hang).Show(ctx, passcode.Notice{Text: "Insert your smartcard", Deadline: later()}); err != nil {
			t.Error(err)
		}
	})
}
