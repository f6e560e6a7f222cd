// Package reader is the hardware seam: the machine's smartcard readers and the
// card in one of them. PC/SC, a recording, an emulated card in the same process
// and a remote reader all satisfy these interfaces without importing one
// another.
package reader

import (
	"context"
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// What can go wrong between a program and a card, the same for every
// implementation. The implementation's own code is kept in the wrapping error.
var (
	ErrNoService = errors.New("the smartcard service is not running")
	ErrNoReader  = errors.New("there is no such reader")
	ErrNoCard    = errors.New("there is no card in the reader")
	ErrMute      = errors.New("the card does not answer: is it upside down?")
	ErrRemoved   = errors.New("the card was taken out")
	ErrReset     = errors.New("another program reset the card")
	ErrBusy      = errors.New("another program holds the card")
	ErrProtocol  = errors.New("the card does not speak the wanted protocol")
	// ErrAbandoned is a connection that was given up in the middle of a call.
	// It resets the card and lets go of it when that call returns.
	ErrAbandoned = errors.New("the connection was given up after a call that did not return")
)

// Card is a powered card in a reader. Its methods are safe for use by one
// goroutine at a time.
type Card interface {
	// ATR is what the card said at power-up (ISO/IEC 7816-3 §8).
	ATR() []byte
	// Protocol is what the card was told to speak when it was powered.
	Protocol() iso7816.Protocol
	// Transmit sends one command, encoded for Protocol, and returns the
	// answer with its status word. It is the only way to a card. Errors wrap
	// ErrRemoved, ErrReset, ErrNoService or the context's.
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
	// Begin keeps other programs off the card until end is called. After
	// ErrReset nothing the card knew before is left: select again.
	Begin(ctx context.Context) (end func() error, err error)
	// Reset restarts the card warm, so that nobody inherits a verified
	// passcode. Other programs see it as ErrReset.
	Reset(ctx context.Context) error
	// Close lets go of the card and leaves it as it is.
	Close() error
}

// Controller is a Card whose reader takes commands of its own beside the card's,
// such as having a passcode typed on its keys.
type Controller interface {
	// Control sends data to the reader under a code of PC/SC and returns its
	// answer. It may last as long as a person takes; where ctx ends first,
	// the connection is given up: see ErrAbandoned.
	Control(ctx context.Context, code uint32, data []byte) ([]byte, error)
}

// State is one reader at one moment.
type State struct {
	Name      string `json:"name"`
	Present   bool   `json:"present"`        // a card is in it
	Mute      bool   `json:"mute,omitempty"` // and does not answer to power
	Exclusive bool   `json:"held,omitempty"` // and another program holds it exclusively
	ATR       []byte `json:"atr,omitempty"`  // of the card, empty when mute or absent
	Insertion uint32 `json:"insertion"`      // grows whenever a card goes in or out
}

// System is the readers of a machine.
type System interface {
	// Readers is a snapshot in a stable order; no reader is an empty list,
	// not an error. Errors wrap ErrNoService.
	Readers(ctx context.Context) ([]State, error)
	// Wait blocks until the snapshot would differ from known, then returns
	// it. It does not spin and ends with the context.
	Wait(ctx context.Context, known []State) ([]State, error)
	// Connect powers the card in the named reader, shared with other
	// programs, at whichever of T=0 and T=1 the two agree on.
	Connect(ctx context.Context, reader string) (Card, error)
}
