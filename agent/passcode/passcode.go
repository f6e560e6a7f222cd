// Package passcode asks a person for a passcode. One Prompter stands for one
// way to ask: a pinentry program, a terminal, later a desktop's own dialog.
package passcode

import (
	"context"
	"errors"
	"time"
)

// How asking can end without a passcode.
var (
	// ErrCancelled is the person's no.
	ErrCancelled = errors.New("cancelled")
	// ErrNotStarted is the person's "I did not start this".
	ErrNotStarted = errors.New("the person did not start this")
	// ErrTimeout is the countdown at zero.
	ErrTimeout = errors.New("time is up")
	// ErrUnavailable is wrapped when the way to ask does not work here.
	ErrUnavailable = errors.New("cannot ask for a passcode here")
)

// Question is everything a person must see before typing a passcode. All text
// is already cleaned: see Clean.
type Question struct {
	Purpose     string    // "Sign in to …", "Sign 3 prescriptions for …"
	Application string    // who asks
	Environment string    // "live", "int"; anything but live gets a banner
	Holder      string    // whose card
	TriesLeft   int       // 1 gets a warning; -1 when the card did not say
	Problem     string    // what was wrong with the last answer, or empty
	Deadline    time.Time // the countdown ends here
	Limit       string    // which limit that is: "TimeToShowPinForm" or "the request's end"
	Min, Max    int       // characters of a passcode
	DigitsOnly  bool
	// Waiting, if set, is how many requests wait for this one to end, now.
	Waiting func() int
}

// Notice is a sentence to show while the agent waits for something, such as a
// card.
type Notice struct {
	Purpose, Application, Environment string
	Text                              string // "Insert your smartcard"
	Deadline                          time.Time
	Limit                             string
	Waiting                           func() int // as Question's
}

// Prompter asks a person.
type Prompter interface {
	// Ask returns the passcode in memory of its own, which the caller wipes
	// with clear as soon as the card has seen it. Errors are ErrCancelled,
	// ErrNotStarted, ErrTimeout, the context's, or wrap ErrUnavailable.
	Ask(ctx context.Context, q Question) ([]byte, error)
	// Show keeps the notice up until the context ends, and then returns nil,
	// or until the person says no or the deadline passes.
	Show(ctx context.Context, n Notice) error
}
