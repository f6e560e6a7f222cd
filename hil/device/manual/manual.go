// Package manual is the gadget that every bench has: a person, who is asked in
// the terminal and says when it is done.
package manual

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// ErrRefused is wrapped when the person says no or has gone away.
var ErrRefused = errors.New("the person at the bench did not do it")

var _ device.Device = (*Device)(nil)

// Device asks a person about one card and one reader.
type Device struct {
	Card   string // as the label on it says
	Reader string
	Out    io.Writer // the question goes here
	lines  <-chan string
}

// New makes a Device that hears answers from in, one per line.
func New(card, reader string, in io.Reader, out io.Writer) *Device {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return &Device{Card: card, Reader: reader, Out: out, lines: lines}
}

// Insert asks for the card to be put in.
func (d *Device) Insert(ctx context.Context) error {
	return d.ask(ctx, "Put card %s into reader %s.", d.Card, d.Reader)
}

// Remove asks for the card to be taken out.
func (d *Device) Remove(ctx context.Context) error {
	return d.ask(ctx, "Take card %s out of reader %s.", d.Card, d.Reader)
}

// PowerOn asks for the reader to be plugged in.
func (d *Device) PowerOn(ctx context.Context) error {
	return d.ask(ctx, "Plug reader %s in.", d.Reader)
}

// PowerOff asks for the reader to be unplugged.
func (d *Device) PowerOff(ctx context.Context) error {
	return d.ask(ctx, "Unplug reader %s.", d.Reader)
}

// Press asks for a key on the reader's keypad.
func (d *Device) Press(ctx context.Context, key string) error {
	return d.ask(ctx, "Press %q on the keypad of reader %s.", key, d.Reader)
}

func (d *Device) ask(ctx context.Context, what string, args ...any) error {
	if _, err := fmt.Fprintf(d.Out, what+" Then press Enter, or type no: ", args...); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrRefused, ctx.Err())
	case said, ok := <-d.lines:
		answer := strings.ToLower(strings.TrimSpace(said))
		if !ok || answer == "n" || answer == "no" {
			return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(what, args...))
		}
		return nil
	}
}
