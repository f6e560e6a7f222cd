// Package contact takes a card for the bench alone before a cell begins: power
// taken away and given again, connected exclusively, with the protocol that the
// cell is to have. Protocol is a property of the powered card and is settled by
// whoever connects first (pcsc-lite, SCardConnect and SCardReconnect): only so is
// it the plan that decides.
package contact

import (
	"errors"
)

// What can go wrong, beside the PC/SC error that is kept.
var (
	ErrService  = errors.New("the smartcard service cannot be used")
	ErrTaken    = errors.New("another program holds the card")
	ErrNoCard   = errors.New("there is no card that answers in the reader")
	ErrProtocol = errors.New("the card does not speak the wanted protocol")
)
