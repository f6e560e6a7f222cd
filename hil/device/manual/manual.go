// Package manual is the gadget that every bench has: a person, who is asked in
// the terminal or on a page and says when it is done.
package manual

import (
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// ErrRefused is wrapped when the person says no or has gone away.
var ErrRefused = errors.New("the person at the bench did not do it")

var _ device.Device = (*Device)(nil)

// Asker asks a person to do something and returns when it is done. Errors wrap
// ErrRefused, and the context's where it ended first.
type Asker interface {
	Ask(ctx context.Context, what Request) error
}

// Device asks a person about one card and one reader.
type Device struct {
	Card   string // as the label on it says
	Reader string
	Asker  Asker
}

// Insert asks for the card to be put in.
func (d *Device) Insert(ctx context.Context) error {
	return d.ask(ctx, "insert", "Put card %s into reader %s.", d.Card, d.Reader)
}

// Remove asks for the card to be taken out.
func (d *Device) Remove(ctx context.Context) error {
	if d.Card == "" {
		return d.ask(ctx, "remove", "Take the card out of reader %s.", d.Reader)
	}
	return d.ask(ctx, "remove", "Take card %s out of reader %s.", d.Card, d.Reader)
}

// PowerOn asks for the reader to be plugged in.
func (d *Device) PowerOn(ctx context.Context) error {
	return d.ask(ctx, "power-on", "Plug reader %s in.", d.Reader)
}

// PowerOff asks for the reader to be unplugged.
func (d *Device) PowerOff(ctx context.Context) error {
	return d.ask(ctx, "power-off", "Unplug reader %s.", d.Reader)
}

// Press asks for a key on the reader's keypad.
func (d *Device) Press(ctx context.Context, key string) error {
	return d.ask(ctx, "press", "Press %q on the keypad of reader %s.", key, d.Reader)
}

func (d *Device) ask(ctx context.Context, act, what string, args ...any) error {
	return d.Asker.Ask(ctx, Request{Act: act, Card: d.Card, Reader: d.Reader, Text: fmt.Sprintf(what, args...)})
}
