//go:build cgo || windows

package pcsc

import (
	"errors"
	"fmt"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Error is a PC/SC call that failed. It unwraps to its meaning, one of package
// reader's errors, where it has one.
type Error struct {
	Call    string // SCardConnect
	Code    uint32 // 0x8010000C
	Meaning error  // may be nil
}

// Error has the call, the code in hexadecimal and the meaning.
func (e Error) Error() string {
	switch {
	case e.Code == 0 && e.Meaning != nil: // the call succeeded and said nothing
		return fmt.Sprintf("%s: %v", e.Call, e.Meaning)
	case e.Meaning == nil:
		return fmt.Sprintf("%s: PC/SC error %08X", e.Call, e.Code)
	}
	return fmt.Sprintf("%s: %v (PC/SC error %08X)", e.Call, e.Meaning, e.Code)
}

// Unwrap is the meaning.
func (e Error) Unwrap() error { return e.Meaning }

// meaning reads the codes of winscard.h; nil for those that say nothing to a
// person. Where a code means something else on a connected card, see lost.
func meaning(code scard.Error) error {
	switch code {
	case scard.ErrNoService, scard.ErrServiceStopped, scard.ErrCommError,
		scard.ErrInvalidHandle, scard.ErrSystemCancelled, scard.ErrSecurityViolation:
		return reader.ErrNoService
	case scard.ErrUnknownReader, scard.ErrReaderUnavailable, scard.ErrNoReadersAvailable:
		return reader.ErrNoReader
	case scard.ErrNoSmartcard:
		return reader.ErrNoCard
	case scard.ErrUnresponsiveCard, scard.ErrUnpoweredCard:
		return reader.ErrMute
	case scard.ErrRemovedCard:
		return reader.ErrRemoved
	case scard.ErrResetCard:
		return reader.ErrReset
	case scard.ErrSharingViolation, scard.ErrServerTooBusy:
		return reader.ErrBusy
	case scard.ErrProtoMismatch:
		return reader.ErrProtocol
	}
	return nil
}

// failed wraps what a call on a context returned; nil stays nil.
func failed(call string, err error) error {
	var code scard.Error
	if !errors.As(err, &code) {
		return err
	}
	return Error{Call: call, Code: uint32(code), Meaning: meaning(code)}
}

// lost is failed for calls on a connected card: a card or reader that is not
// there any more was taken out, and one that fails in mid-command
// (SCARD_E_NOT_TRANSACTED) is as good as out.
func lost(call string, err error) error {
	var code scard.Error
	if !errors.As(err, &code) {
		return err
	}
	switch code {
	case scard.ErrNoSmartcard, scard.ErrReaderUnavailable, scard.ErrUnknownReader,
		scard.ErrNoReadersAvailable, scard.ErrNotTransacted, scard.ErrUnpoweredCard:
		return Error{Call: call, Code: uint32(code), Meaning: reader.ErrRemoved}
	}
	return failed(call, err)
}
