package series8

import (
	"context"
	"crypto"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/cardtest"
)

// replay is a card that answers each command as it was answered in the recorded
// T=1 conversation, in any order, and hears all of them.
func replay(t testing.TB) *cardtest.Card {
	t.Helper()
	tape, err := os.ReadFile("../transcripts/series8/T1.apdu")
	if err != nil {
		t.Fatal(err)
	}
	answers := make(map[string]string)
	last, selected := "", ""
	for line := range strings.Lines(string(tape)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case ">":
			if strings.HasPrefix(rest, "00A4") {
				selected = rest
			}
			last = selected + rest
		case "<":
			answers[last] = rest
		}
	}
	file := ""
	return &cardtest.Card{Answer: func(command []byte) []byte {
		said := hexOf(command)
		if strings.HasPrefix(said, "00A4") {
			file = said
		}
		return unhex(t, answers[file+said])
	}}
}

// The rule is the card's own policy once it was read; a passcode against it is
// refused before VERIFY.
// Turned red by: padding to a fixed length, or sending a short passcode.
func TestRuleComesFromTheCard(t *testing.T) {
	c := replay(t)
	k := Open(c, &card.Memory{})
	if _, err := k.Certificate(t.Context(), card.Authentication); err != nil {
		t.Fatal(err)
	}
	if k.Rule() != (card.Rule{Min: 4, Max: 8}) {
		t.Errorf("rule %+v", k.Rule())
	}
	before := len(c.Heard)
	for _, p := range []string{"", "123", "123456789", "12345\x07"} {
		if err := k.Verify(t.Context(), []byte(p)); !errors.As(err, new(card.RuleError)) {
			t.Errorf("%q: %v", p, err)
		}
	}
	if len(c.Heard) != before {
		t.Errorf("%d commands were sent", len(c.Heard)-before)
	}
}

// Older passcodes have letters and signs: what the card's policy does not forbid
// is shown to it, padded to the policy's maximum, and a reader with keys of its
// own is told the same block (issue, "older alphanumeric ones included").
// Turned red by: allowing digits only.
func TestAlphanumericPasscode(t *testing.T) {
	c := replay(t)
	k := Open(c, &card.Memory{})
	if err := k.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = k.Verify(t.Context(), []byte("aB-9"))
	if last := hexOf(c.Heard[len(c.Heard)-1]); last != "0020000108"+"61422D39FFFFFFFF" {
		t.Errorf("the card heard %s", last)
	}
	template, err := k.(card.Templater).Template(t.Context())
	if err != nil || hexOf(template.Command) != "0020000108FFFFFFFFFFFFFFFF" || template.Rule != (card.Rule{Min: 4, Max: 8}) {
		t.Errorf("%v, %X, %+v", err, template.Command, template.Rule)
	}
}

// A second use of the same insertion reads nothing again: SELECT twice, no READ
// BINARY (agent/card.Memory).
// Turned red by: walking the directories anew.
func TestSecondUseCostsLess(t *testing.T) {
	memory, c := &card.Memory{}, replay(t)
	if _, err := Open(c, memory).Certificate(t.Context(), card.Authentication); err != nil {
		t.Fatal(err)
	}
	c.Heard = nil
	k := Open(c, memory)
	if _, err := k.Certificate(t.Context(), card.Authentication); err != nil {
		t.Fatal(err)
	}
	if err := k.Identify(t.Context()); err != nil || len(c.Heard) != 2 {
		t.Errorf("%v, %d commands", err, len(c.Heard))
	}
}

// The policy object is believed only in bounds.
// Turned red by: a maximum of 255 reaching the padding.
func TestPolicyBounds(t *testing.T) {
	for _, bad := range []string{"", "5F01", "5F0108A106830108840109", "5F0108A1068301FF840104", "5F0108A106830108840100", "5F0105A103830108"} {
		if p, err := parsePolicy(unhex(t, bad)); err == nil {
			t.Errorf("%s gave %+v", bad, p)
		}
	}
	if p, err := parsePolicy(unhex(t, "5F0108A106830108840104")); err != nil || p != (policy{4, 8}) {
		t.Errorf("%+v, %v", p, err)
	}
}

// One garbled answer anywhere is an error, never a panic or a VERIFY unasked.
// Turned red by: trusting a path, a size or a length of the card's.
func FuzzGarbled(f *testing.F) {
	f.Add(uint8(3), []byte{0x62, 0x04, 0x80, 0x02, 0xFF, 0xFF, 0x90, 0x00})
	f.Add(uint8(5), []byte{0x30, 0x80, 0x90, 0x00})
	f.Fuzz(func(t *testing.T, at uint8, garbage []byte) {
		c := replay(t)
		honest, n := c.Answer, 0
		c.Answer = func(command []byte) []byte {
			if n++; n == int(at%20) {
				return garbage
			}
			return honest(command)
		}
		ctx := context.Background()
		k := Open(c, &card.Memory{})
		_, _ = k.Certificate(ctx, card.Authentication)
		_, _ = k.TriesLeft(ctx)
		for _, command := range c.Heard {
			if command[1] == insVerify && len(command) > 5 {
				t.Fatalf("a try was spent: % X", command)
			}
		}
		_ = k.Verify(ctx, []byte("123456"))
		_, _ = k.Sign(ctx, card.Authentication, crypto.SHA256, make([]byte, 32))
	})
}

func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
