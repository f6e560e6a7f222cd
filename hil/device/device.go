// Package device is what a gadget of the bench can do to a card in a reader.
// There is one package per gadget; the first is a person.
package device

import (
	"context"
	"errors"
)

// ErrUnsupported is wrapped when a gadget has no way to do what was asked.
var ErrUnsupported = errors.New("this device cannot do that")

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
	// Press types one key on the reader's own keypad: 0 to 9, enter, cancel
	// or clear.
	Press(ctx context.Context, key string) error
}
