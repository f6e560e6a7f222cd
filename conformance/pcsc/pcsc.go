// Package pcsc is PC/SC as a program calls it, for judging readers and the
// service in front of them: the calls of PC/SC part 5 and of winscard.h, with
// nothing softened as package reader does for the agent. System is the
// machine's; Desk is one in memory, which can be wrong on request.
package pcsc

import (
	"fmt"
	"time"
)

// Code is what a call that failed returned.
type Code uint32

// The codes of winscard.h that checks ask about.
const (
	Cancelled            Code = 0x80100002
	InvalidHandle        Code = 0x80100003
	NoMemory             Code = 0x80100006
	UnknownReader        Code = 0x80100009
	Timeout              Code = 0x8010000A
	SharingViolation     Code = 0x8010000B
	NoSmartcard          Code = 0x8010000C
	ProtoMismatch        Code = 0x8010000F
	Unsupported          Code = 0x8010001F // pcsc-lite's SCARD_E_UNSUPPORTED_FEATURE
	UnsupportedOnWindows Code = 0x80100022
	NotTransacted        Code = 0x80100016
	ResetCard            Code = 0x80100068
	RemovedCard          Code = 0x80100069
)

// Error has the code in hexadecimal.
func (c Code) Error() string { return fmt.Sprintf("PC/SC error %08X", uint32(c)) }

// Share modes, protocols and dispositions of winscard.h.
const (
	Exclusive = 1
	Shared    = 2

	T0   = 1
	T1   = 2
	Both = T0 | T1

	Leave   = 0
	Reset   = 1
	Unpower = 2
)

// Bits of a reader's state. The high 16 bits count cards going in and out.
const (
	Changed = 0x02
	Empty   = 0x10
	Present = 0x20
)

// AttrATR is SCARD_ATTR_ATR_STRING.
const AttrATR = 0x90303

// Service is the resource manager.
type Service interface {
	// Establish makes a context (SCardEstablishContext).
	Establish() (Context, error)
}

// Context is one program's way in. All errors are Codes.
type Context interface {
	// Readers are the names (SCardListReaders).
	Readers() ([]string, error)
	// Status waits until the reader's state is not known any more, and returns
	// it with the card's ATR (SCardGetStatusChange). 0 is known by nobody.
	Status(reader string, known uint32, wait time.Duration) (state uint32, atr []byte, err error)
	// Cancel ends a Status that waits, from another goroutine (SCardCancel).
	Cancel() error
	// Connect powers the card (SCardConnect).
	Connect(reader string, share, protocols uint32) (Handle, error)
	// Release ends the context (SCardReleaseContext).
	Release() error
}

// Handle is a connection to a card.
type Handle interface {
	// Status is the card's ATR (SCardStatus).
	Status() (atr []byte, err error)
	// Protocol is T0 or T1, as of Connect or the last Reconnect.
	Protocol() uint32
	// Transmit sends one command (SCardTransmit).
	Transmit(command []byte) ([]byte, error)
	// Begin waits for a transaction (SCardBeginTransaction).
	Begin() error
	// End ends it (SCardEndTransaction).
	End(disposition uint32) error
	// Reconnect goes on after a reset, or makes one (SCardReconnect).
	Reconnect(share, protocols, disposition uint32) error
	// Attribute asks the reader (SCardGetAttrib).
	Attribute(id uint32) ([]byte, error)
	// Disconnect lets go (SCardDisconnect).
	Disconnect(disposition uint32) error
}
