// Package device is what a gadget of the bench can do to a card in a reader.
// There is one package per gadget; the first is a person. Package gadget lists
// them all and builds one from a bench file.
package device

import (
	"context"
	"errors"
)

// ErrUnsupported is wrapped when a gadget has no way to do what was asked.
var ErrUnsupported = errors.New("this device cannot do that")

// Touch is the key of an authenticator that is touched to show that somebody is
// there.
const Touch = "touch"

// Device moves one card and its reader. Each method returns when the thing is
// done. Errors wrap ErrUnsupported or the context's.
type Device interface {
	// Insert puts the card into the reader; it may be in already.
	Insert(ctx context.Context) error
	// Remove takes it out; it may be out already.
	Remove(ctx context.Context) error
	// PowerOn gives the reader power.
	PowerOn(ctx context.Context) error
	// PowerOff takes the reader's power away.
	PowerOff(ctx context.Context) error
	// Press types one key on the reader's own keypad: 0 to 9, enter, cancel,
	// clear, or touch.
	Press(ctx context.Context, key string) error
}

// Cycler is a Device that can take power away and give it back in one step, and
// perhaps in no other way.
type Cycler interface {
	Cycle(ctx context.Context) error
}

// Cycle takes a reader's power away and gives it back.
func Cycle(ctx context.Context, d Device) error {
	if c, ok := d.(Cycler); ok {
		return c.Cycle(ctx)
	}
	if err := d.PowerOff(ctx); err != nil {
		return err
	}
	return d.PowerOn(ctx)
}
