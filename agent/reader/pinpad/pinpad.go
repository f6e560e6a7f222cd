// Package pinpad has a passcode typed on the reader's own keys: it goes from
// there into the card and never through the computer.
//
// Source: PC/SC part 10, "IFDs with Secure PIN Entry Capabilities": §2.2
// GET_FEATURE_REQUEST and §2.5.2 PIN_VERIFY; the reader's own status words are
// those of the CCID specification, 6.1.11 and its annexes.
package pinpad

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// How typing on the reader can end without the card having seen anything.
var (
	// ErrTimeout is nobody typing for as long as the reader waits.
	ErrTimeout = errors.New("nobody typed on the reader's keypad")
	// ErrCancelled is the reader's cancel key.
	ErrCancelled = errors.New("cancelled on the reader's keypad")
	// ErrNone is a reader without a keypad of this kind, or a card whose
	// passcode cannot be typed on one.
	ErrNone = errors.New("the passcode cannot be typed on this reader")
)

const (
	featureRequest   = 3400
	featureVerifyPIN = 0x06 // FEATURE_VERIFY_PIN_DIRECT

	longestWait = 60 * time.Second // many readers wait no longer
)

// LongestBlock is the most bytes a passcode's block can have: the structure has
// four bits for it.
const LongestBlock = 15

// The reader's own answers, in place of the card's.
const (
	swTimeout   iso7816.SW = 0x6400
	swCancelled iso7816.SW = 0x6401
	swLength    iso7816.SW = 0x6403
)

// controlCode is CTL_CODE of PC/SC part 10: each system spells it its own way.
func controlCode(function uint32) uint32 {
	if runtime.GOOS == "windows" {
		return 0x31<<16 | function<<2
	}
	return 0x42000000 + function
}

// Pad is the keypad of a reader that has a card in it.
type Pad struct {
	reader reader.Controller
	verify uint32 // control code
}

// Find asks the reader of c what it can do. Errors wrap ErrNone, also where the
// reader does not understand the question: most have no keypad.
func Find(ctx context.Context, c reader.Card) (*Pad, error) {
	controller, ok := c.(reader.Controller)
	if !ok {
		return nil, ErrNone
	}
	list, err := controller.Control(ctx, controlCode(featureRequest), nil)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, reader.ErrReset), errors.Is(err, reader.ErrRemoved):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	for ; len(list) >= 6 && list[1] == 4; list = list[6:] {
		if list[0] == featureVerifyPIN {
			return &Pad{controller, binary.BigEndian.Uint32(list[2:])}, nil
		}
	}
	return nil, ErrNone
}

// Verify has the passcode typed and shown to the card, once. The card must be
// the application's that the template is for. Errors are the card's as
// card.Card.Verify has them, a card.RuleError for what the reader itself found
// too short, ErrTimeout and ErrCancelled.
func (p *Pad) Verify(ctx context.Context, t card.Template, left time.Duration) error {
	request, err := structure(t, left)
	if err != nil {
		return err
	}
	answer, err := p.reader.Control(ctx, p.verify, request)
	if err != nil {
		return err
	}
	if len(answer) != 2 {
		return card.Unreadable("the keypad's answer", fmt.Errorf("%d bytes", len(answer)))
	}
	sw := iso7816.SW(binary.BigEndian.Uint16(answer))
	switch sw {
	case swTimeout:
		return ErrTimeout
	case swCancelled:
		return ErrCancelled
	case swLength:
		return card.RuleError{Rule: t.Rule, Misfit: card.TooShort}
	}
	return card.VerifyResult(sw)
}

// structure is PIN_VERIFY_STRUCTURE: packed, numbers with the least significant
// byte first.
func structure(t card.Template, left time.Duration) ([]byte, error) {
	block := len(t.Command) - 5
	if block < t.Rule.Max || block > LongestBlock || int(t.Command[4]) != block {
		return nil, fmt.Errorf("%w: a block of %d bytes", ErrNone, block)
	}
	wait := byte(max(1, min(left, longestWait)/time.Second))
	s := []byte{
		wait, wait, // until the first key, and between keys
		0x82,        // bytes, from the first one, to the left, ASCII
		byte(block), // no length inside; the block's size
		0x00,        // no length field to fill
	}
	s = binary.LittleEndian.AppendUint16(s, uint16(t.Rule.Min)<<8|uint16(t.Rule.Max))
	s = append(s, 0x02, 0x01)                       // ends with the OK key; one message,
	s = binary.LittleEndian.AppendUint16(s, 0x0809) // in British English,
	s = append(s, 0x00, 0, 0, 0)                    // the first one; no T=1 prologue
	s = binary.LittleEndian.AppendUint32(s, uint32(len(t.Command)))
	return append(s, t.Command...), nil
}
