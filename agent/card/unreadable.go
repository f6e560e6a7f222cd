package card

import (
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// ErrUnreadable is wrapped by every error about a card that answers, but with
// something its series never says. No passcode try is spent on such a card.
var ErrUnreadable = errors.New("the card answers wrongly")

// Unreadable wraps why with ErrUnreadable. It leaves an error of the exchange
// itself, such as a card pulled out, recognisable.
func Unreadable(what string, why error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnreadable, what, why)
}

// Garbled wraps errors about answers that are no answers with ErrUnreadable
// and returns every other error, also nil, as it is.
func Garbled(err error) error {
	for _, bad := range []error{iso7816.ErrResponse, iso7816.ErrEndless, iso7816.ErrTLV} {
		if errors.Is(err, bad) {
			return fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
	}
	return err
}

// VerifyResult turns the status word of a VERIFY with data into what Verify
// returns (ISO/IEC 7816-4 §11.5.6): nil, a PasscodeError, or the status word
// wrapped with ErrUnreadable.
func VerifyResult(sw iso7816.SW) error {
	if left, ok := sw.Retries(); ok {
		return PasscodeError{Left: left, SW: sw}
	}
	switch {
	case sw == iso7816.OK:
		return nil
	case errors.Is(sw, iso7816.ErrBlocked):
		return PasscodeError{Left: 0, SW: sw}
	}
	return Unreadable("VERIFY", sw)
}

// TriesUnknown is TriesLeft's answer of a card on which the passcode is
// verified already: it says so instead of a number.
const TriesUnknown = -1

// TriesResult reads the answer to a VERIFY without data: tries left, 0 when
// blocked, TriesUnknown when verified. It answers false for a status word that
// says nothing about tries.
func TriesResult(sw iso7816.SW) (left int, ok bool) {
	if left, ok := sw.Retries(); ok {
		return left, true
	}
	switch {
	case sw == iso7816.OK:
		return TriesUnknown, true
	case errors.Is(sw, iso7816.ErrBlocked):
		return 0, true
	}
	return 0, false
}
