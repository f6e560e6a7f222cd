// Package cardtest is one-sided cards for tests of drivers: they answer by rule
// and write down what they were told.
package cardtest

import (
	"bytes"
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Card is a reader.Card that answers by a function and keeps the commands it
// heard. The zero value answers 9000 to everything, on T=1.
type Card struct {
	// Answer is asked for every command; nil answers 9000.
	Answer func(command []byte) []byte
	Speaks iso7816.Protocol // zero is T=1
	Heard  [][]byte
}

// ATR is one of a series 9 card.
func (*Card) ATR() []byte {
	return []byte{0x3B, 0xD6, 0x97, 0x00, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x87, 0x80, 0x31, 0xC1, 0x52, 0x41, 0x12, 0x23}
}

// Protocol is Speaks, or T=1.
func (c *Card) Protocol() iso7816.Protocol {
	if c.Speaks == 0 {
		return iso7816.T1
	}
	return c.Speaks
}

// Transmit keeps the command and answers.
func (c *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	c.Heard = append(c.Heard, bytes.Clone(command))
	if c.Answer == nil {
		return []byte{0x90, 0x00}, ctx.Err()
	}
	return c.Answer(command), ctx.Err()
}

// Begin always succeeds.
func (*Card) Begin(ctx context.Context) (func() error, error) {
	return func() error { return nil }, ctx.Err()
}

// Reset does nothing.
func (*Card) Reset(ctx context.Context) error { return ctx.Err() }

// Close does nothing.
func (*Card) Close() error { return nil }
