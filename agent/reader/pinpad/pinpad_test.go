package pinpad_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/cardtest"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pinpad"
)

// keys is a reader with a keypad.
type keys struct {
	*cardtest.Card
	features, answer []byte
	failure          error
	code             uint32
	heard            []byte
}

func (k *keys) Control(_ context.Context, code uint32, data []byte) ([]byte, error) {
	if data == nil {
		return k.features, k.failure
	}
	k.code, k.heard = code, bytes.Clone(data)
	return k.answer, nil
}

func offer() []byte {
	return []byte{0x12, 4, 0x42, 0x33, 0x00, 0x12, 0x06, 4, 0x42, 0x33, 0x00, 0x06}
}

// Requirement: the keypad is found by its feature, and a reader that has none,
// does not understand, or talks nonsense is one without (PC/SC part 10 §2.2).
// Turned red by: reading the code with the least significant byte first.
func TestFind(t *testing.T) {
	if _, err := pinpad.Find(t.Context(), &cardtest.Card{}); !errors.Is(err, pinpad.ErrNone) {
		t.Error(err)
	}
	for name, k := range map[string]*keys{
		"none": {}, "refused": {failure: errors.New("not supported")}, "another feature": {features: offer()[:6]},
		"cut": {features: offer()[:11]}, "of another length": {features: []byte{6, 2, 1, 2, 6, 4}},
	} {
		if _, err := pinpad.Find(t.Context(), k); !errors.Is(err, pinpad.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pinpad.Find(t.Context(), &keys{failure: reader.ErrReset}); !errors.Is(err, reader.ErrReset) || errors.Is(err, pinpad.ErrNone) {
		t.Errorf("a reset was swallowed: %v", err)
	}
}

// Requirement: the reader is told the card's own rule and block: digits from the
// left as ASCII, padded with FF to what the driver says (PC/SC part 10 §2.5.2;
// SP 800-73-4 part 2 §3.2.1). Turned red by: a length that is not the driver's.
func TestStructure(t *testing.T) {
	for name, c := range map[string]struct {
		template card.Template
		left     time.Duration
		want     string
	}{
		"series 9": {card.PaddedTemplate(0x80, 8, card.Rule{Min: 6, Max: 8, DigitsOnly: true}), 42500 * time.Millisecond,
			"2a2a82080008060201090800000000" + "0d000000" + "0020008008ffffffffffffffff"},
		"series 8": {card.PaddedTemplate(0x01, 12, card.Rule{Min: 4, Max: 12}), time.Hour,
			"3c3c820c000c040201090800000000" + "11000000" + "002000010cffffffffffffffffffffffff"},
	} {
		k := &keys{features: offer(), answer: []byte{0x90, 0x00}}
		p, err := pinpad.Find(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Verify(t.Context(), c.template, c.left); err != nil || k.code != 0x42330006 || hex.EncodeToString(k.heard) != c.want {
			t.Errorf("%s: %v, code %08X, %x", name, err, k.code, k.heard)
		}
	}
}

// Requirement: what the reader and the card answer is told apart (CCID 1.1
// §6.1.11). Turned red by: taking the reader's timeout for the card's word.
func TestAnswers(t *testing.T) {
	template := card.PaddedTemplate(0x80, 8, card.Rule{Min: 6, Max: 8, DigitsOnly: true})
	ask := func(answer []byte, template card.Template) error {
		p, err := pinpad.Find(t.Context(), &keys{features: offer(), answer: answer})
		if err != nil {
			t.Fatal(err)
		}
		return p.Verify(t.Context(), template, time.Minute)
	}
	var wrong card.PasscodeError
	if err := ask([]byte{0x63, 0xC2}, template); !errors.As(err, &wrong) || wrong.Left != 2 {
		t.Error(err)
	}
	if err := ask([]byte{0x69, 0x83}, template); !errors.Is(err, iso7816.ErrBlocked) {
		t.Error(err)
	}
	if err := ask([]byte{0x64, 0x00}, template); !errors.Is(err, pinpad.ErrTimeout) {
		t.Error(err)
	}
	if err := ask([]byte{0x64, 0x01}, template); !errors.Is(err, pinpad.ErrCancelled) || errors.Is(err, passcode.ErrCancelled) {
		t.Error(err)
	}
	var rule card.RuleError
	if err := ask([]byte{0x64, 0x03}, template); !errors.As(err, &rule) || rule.Misfit != card.TooShort {
		t.Error(err)
	}
	if err := ask(nil, template); err == nil {
		t.Error("no answer is a success")
	}
	for _, bad := range []card.Template{card.PaddedTemplate(1, 16, card.Rule{Max: 16}), card.PaddedTemplate(1, 4, card.Rule{Max: 8}), {Command: []byte{0, 0x20, 0, 1, 9, 0xFF}, Rule: card.Rule{Max: 1}}} {
		if err := ask([]byte{0x90, 0x00}, bad); !errors.Is(err, pinpad.ErrNone) {
			t.Errorf("% X: %v", bad.Command, err)
		}
	}
}
