// Package suite is what a check is: an ID, a sentence that holds, where that is
// required, and the fault that proves the check can fail. It knows no test
// framework.
package suite

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// Check is one requirement, judged from outside.
type Check struct {
	// ID is area.short-name. It never changes and is never used again.
	ID string `json:"id"`
	// Title is a sentence that holds: "The provider refuses a used ticket".
	Title string `json:"title"`
	// Source is the standard and section, or the place in our own protocol.
	Source string `json:"source"`
	// Requires lists the features without which the check is skipped.
	Requires []target.Feature `json:"requires"`
	// Proof is the fault that turns the check red. Empty means unproven,
	// which the report counts.
	Proof string `json:"proof,omitempty"`
	// Because is a part of what the check must say when Proof is on: red for
	// that reason, not for another.
	Because string `json:"because,omitempty"`
	// Run judges. nil is a pass; an error is the product's failure unless it
	// is a Broken. It observes ctx and leaves the target as it found it.
	Run func(ctx context.Context, t *target.Target) error `json:"-"`
}

// Broken wraps an error of the test itself or of its bench, so that it is not
// held against the product.
type Broken struct {
	Err   error
	Bench bool // the bench is at fault, not the test
}

// Error is the wrapped error's.
func (b Broken) Error() string { return "the test could not judge: " + b.Err.Error() }

// Unwrap is the wrapped error.
func (b Broken) Unwrap() error { return b.Err }

// Blame looks at the bench before it is restored: with a broken one, err is not
// the product's.
func Blame(ctx context.Context, t *target.Target, err error) error {
	if err == nil || t.Sound == nil {
		return err
	}
	if broken := t.Sound(context.WithoutCancel(ctx)); broken != nil {
		return Broken{Err: fmt.Errorf("the bench broke: %w (the check said: %w)", broken, err), Bench: true}
	}
	return err
}
