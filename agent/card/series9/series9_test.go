package series9

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"errors"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/cardtest"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

func der() []byte {
	return testpki.Issue(testpki.Holders()[1], time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)).Authentication.Certificate.Raw
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

func object(certificate []byte, info byte) []byte {
	return iso7816.Wrap(0x53, iso7816.Wrap(0x70, certificate), iso7816.Wrap(0x71, []byte{info}), iso7816.Wrap(0xFE))
}

// Certificates are read plain and compressed; an empty object is an absent
// certificate; anything else says that the card is unreadable (SP 800-73-4
// part 1 appendix A).
// Turned red by: decompressing without a bound.
func TestCertificateObjects(t *testing.T) {
	good := der()
	for _, c := range []struct {
		name   string
		object []byte
		want   error
	}{
		{"plain", object(good, 0), nil},
		{"compressed", object(zipped(good), 1), nil},
		{"empty answer", nil, iso7816.ErrNotFound},
		{"empty object", []byte{0x53, 0x00}, iso7816.ErrNotFound},
		{"grows for ever", object(zipped(make([]byte, 1<<24)), 1), card.ErrUnreadable},
		{"not compressed after all", object(good, 1), card.ErrUnreadable},
		{"cut short", object(good, 0)[:300], card.ErrUnreadable},
		{"no certificate", object([]byte{1, 2, 3}, 0), card.ErrUnreadable},
		{"noise", []byte{0xFF, 0x00, 0x12}, card.ErrUnreadable},
	} {
		if got, err := parseCertificate(c.object); !errors.Is(err, c.want) || (err == nil) != (got != nil) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

// A passcode against the rule is refused before the card hears of it (issue 2,
// bad input).
// Turned red by: sending VERIFY first.
func TestWrongPasscodesAreNotSent(t *testing.T) {
	for _, p := range []string{"", "12345", "123456789", "12345a", "123 56"} {
		c := &cardtest.Card{}
		if err := Open(c, &card.Memory{}).Verify(t.Context(), []byte(p)); !errors.As(err, new(card.RuleError)) || len(c.Heard) != 0 {
			t.Errorf("%q: %v, %d commands", p, err, len(c.Heard))
		}
	}
}

// VERIFY is one command, padded with FF to eight bytes, whatever the card says.
// Turned red by: repeating it after 6Cxx, or without padding.
func TestVerifyIsSentOnce(t *testing.T) {
	for _, answer := range []string{"\x90\x00", "\x63\xC2", "\x69\x83", "\x6C\x08", "\x6D\x00", "\x12\x34", ""} {
		c := &cardtest.Card{Answer: func([]byte) []byte { return []byte(answer) }}
		err := Open(c, &card.Memory{}).Verify(t.Context(), []byte("123456"))
		if (answer == "\x90\x00") != (err == nil) {
			t.Errorf("% X: %v", answer, err)
		}
		if want := "\x00\x20\x00\x80\x08123456\xFF\xFF"; len(c.Heard) != 1 || string(c.Heard[0]) != want {
			t.Errorf("% X: heard % X", answer, c.Heard)
		}
	}
}

// Key 9C wants VERIFY directly before it: Sign adds nothing in between
// (SP 800-73-4 part 2 §3.2.4, "PIN always").
// Turned red by: selecting, or asking for tries, before signing.
func TestNothingBetweenVerifyAndSign(t *testing.T) {
	c := &cardtest.Card{}
	k := Open(c, &card.Memory{})
	_ = k.Verify(t.Context(), []byte("123456"))
	_, _ = k.Sign(t.Context(), card.ContentCommitment, crypto.SHA1, make([]byte, 20))
	if len(c.Heard) != 3 || !bytes.HasPrefix(c.Heard[1], []byte{0x10, 0x87, 0x07, 0x9C, 0xFF}) || !bytes.HasPrefix(c.Heard[2], []byte{0x00, 0x87, 0x07, 0x9C, 0x0B}) {
		t.Errorf("heard % X", c.Heard)
	}
}

// A card that answers noise is an error everywhere, never a panic, and no
// passcode is shown to it unasked.
// Turned red by: indexing into an answer without looking at its length.
func FuzzNoise(f *testing.F) {
	f.Add([]byte{0x61, 0x00}, []byte{0x53, 0x82, 0xFF, 0xFF, 0x90, 0x00})
	f.Add([]byte{0x7C, 0x02, 0x82, 0x00, 0x90, 0x00}, []byte{})
	f.Fuzz(func(t *testing.T, one, two []byte) {
		n := 0
		c := &cardtest.Card{Answer: func([]byte) []byte {
			n++
			return [][]byte{one, two}[n%2]
		}}
		ctx := context.Background()
		k := Open(c, &card.Memory{})
		_, _ = k.Certificate(ctx, card.Authentication)
		_, _ = k.TriesLeft(ctx)
		_ = k.Identify(ctx)
		for _, command := range c.Heard {
			if command[1] == 0x20 && len(command) > 5 {
				t.Fatalf("a try was spent: % X", command)
			}
		}
		_ = k.Verify(ctx, []byte("123456"))
		_, _ = k.Sign(ctx, card.Authentication, crypto.SHA256, make([]byte, 32))
	})
}
