package passcode

import (
	"context"
	"time"
)

// Nobody asks no one: for those who only look at a card and wait for none.
type Nobody struct{}

// Ask is Prompter's: ErrUnavailable.
func (Nobody) Ask(context.Context, Question) ([]byte, error) { return nil, ErrUnavailable }

// Show is Prompter's: ErrUnavailable.
func (Nobody) Show(context.Context, Notice) error { return ErrUnavailable }

// Look is the notice of those who only look, at this time.
func Look(now time.Time) Notice { return Notice{Deadline: now.Add(time.Minute)} }
