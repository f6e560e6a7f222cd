package signing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// The status codes of the signing hub (PROTOCOL.md §9).
const (
	StatusArgument  = 0x53494703
	StatusNoCard    = 0x53494705
	StatusCancelled = 0x53494707
	StatusCard      = 0x53494708
	StatusBusy      = 0x53494709
)

// The texts public clients know, letter by letter, slip of the pen included.
const (
	textArgument = "Failed to process inbound JSON request. Check logs for futher information. Error Code: (0x53494703) An Internal error occurred"
	textNoCard   = "Unable to locate a Smartcard on the local system that contains an appropriate X.509 Digital Certificate that can be used to perform a signing operation. Error Code: (0x53494705) No X.509 Signing certificate found"
)

// Response is the hub's answer, named and shaped as public clients read it.
type Response struct {
	Certificate string      `json:"certificate"` // base64 DER, one line
	Failed      []Refusal   `json:"failed_signatures"`
	Message     string      `json:"message"`
	Signatures  []Signature `json:"signatures"` // nil, so null, on error
	Code        uint32      `json:"status_code"`
	Status      string      `json:"status_string"`
	Timestamp   string      `json:"timestamp"` // UTC, seven decimals
}

// Signature belongs to the payload with its ID. Value is base64.
type Signature struct {
	ID    string `json:"id"`
	Value string `json:"signature"`
}

// Refusal is a payload that was not signed.
type Refusal struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

// stamp is how the hub writes time: .NET's round-trip format in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// Busy is the answer while something else is on the screen.
func Busy(now time.Time) Response {
	return refusal(now, StatusBusy, "Other sign-ins or signatures are on the screen.")
}

func refusal(now time.Time, code uint32, text string) Response {
	if code != StatusArgument && code != StatusNoCard {
		text = fmt.Sprintf("%s Error Code: (0x%08X)", text, code)
	}
	return Response{Failed: []Refusal{}, Message: text, Code: code, Status: "ERROR", Timestamp: stamp(now)}
}

// errNoKey is a card without a certificate to sign prescriptions with.
var errNoKey = errors.New("no valid signing certificate on the card")

// explain turns an error into the hub's code and sentence.
func explain(now time.Time, err error) Response {
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	var unknown card.UnknownError
	var retired card.RetiredError
	var wrong card.PasscodeError
	switch {
	case is(reader.ErrRemoved):
		return refusal(now, StatusCard, "The smartcard was taken out too early.")
	case is(insertion.ErrGaveUp):
		return refusal(now, StatusCard, "The passcode was wrong.")
	case is(passcode.ErrCancelled, passcode.ErrNotStarted, context.Canceled):
		return refusal(now, StatusCancelled, "The signature was cancelled.")
	case is(reader.ErrNoService, reader.ErrNoReader, reader.ErrNoCard, insertion.ErrTwoCards, errNoKey, iso7816.ErrNotFound),
		errors.As(err, &unknown), errors.As(err, &retired):
		return refusal(now, StatusNoCard, textNoCard)
	case is(insertion.ErrLocked, iso7816.ErrBlocked), errors.As(err, &wrong):
		return refusal(now, StatusCard, "The smartcard is locked.")
	case is(passcode.ErrTimeout, context.DeadlineExceeded):
		return refusal(now, StatusCard, "The time to type the passcode is over.")
	}
	return refusal(now, StatusCard, "The smartcard cannot be used.")
}
