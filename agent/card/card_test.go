package card_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Historical bytes are found behind the interface bytes (ISO/IEC 7816-3 §8.2).
// Turned red by: counting TD as no byte of its group.
func TestHistorical(t *testing.T) {
	for _, c := range []struct {
		atr, want string
		ok        bool
	}{
		{"\x3B\x00", "", true},
		{"\x3B\x02ab", "ab", true},
		{"\x3B\xD6\x97\x00\x81\xB1\xFE\x45\x1F\x87\x80\x31\xC1\x52\x41\x12\x23", "\x80\x31\xC1\x52\x41\x12", true},
		{"\x3B\x7B\x18\x00\x00\x00\x31\xC0\x64\xC6\xFC\x10\x00\x07\x90\x00", "\x00\x31\xC0\x64\xC6\xFC\x10\x00\x07\x90\x00", true},
		{"\x3B\x6A\x00\xFFJCOP41V221", "JCOP41V221", true},
		{"", "", false},
		{"\x3B\x05ab", "", false},
		{"\x3B\x80\x80\x80\x80", "", false},
	} {
		got, ok := card.Historical([]byte(c.atr))
		if string(got) != c.want || ok != c.ok {
			t.Errorf("% X: % X, %v", c.atr, got, ok)
		}
	}
}

// FuzzHistorical: no ATR makes it panic.
// Turned red by: trusting an announced byte to be there.
func FuzzHistorical(f *testing.F) {
	f.Add([]byte{0x3B, 0xF0, 0x80, 0x80, 0x80, 0x80})
	f.Fuzz(func(_ *testing.T, atr []byte) { card.Historical(atr) })
}

// A signature block is 00 01 FF… 00 DigestInfo (RFC 8017 §9.2), for SHA-1 and
// SHA-256 digests of the right length only.
// Turned red by: another DigestInfo, or padding shorter than eight bytes.
func TestDigestInfoAndPadding(t *testing.T) {
	digest := sha256.Sum256(nil)
	info, err := card.DigestInfo(crypto.SHA256, digest[:])
	if err != nil || len(info) != 51 || !bytes.HasSuffix(info, digest[:]) {
		t.Fatalf("% X, %v", info, err)
	}
	block, err := card.PadSignature(info, 256)
	if err != nil || !bytes.HasPrefix(block, []byte{0, 1, 0xFF}) || block[256-52] != 0 || block[256-53] != 0xFF {
		t.Errorf("% X, %v", block, err)
	}
	if info, err := card.DigestInfo(crypto.SHA1, make([]byte, 20)); err != nil || len(info) != 35 {
		t.Errorf("SHA-1: % X, %v", info, err)
	}
	if _, err := card.PadSignature(info, 61); err == nil {
		t.Error("seven bytes of padding accepted")
	}
	if _, err := card.DigestInfo(crypto.SHA256, digest[:31]); err == nil {
		t.Error("a short digest accepted")
	}
	if _, err := card.DigestInfo(crypto.SHA384, make([]byte, 48)); err == nil {
		t.Error("SHA-384 accepted")
	}
}

// The answer to VERIFY becomes what a person can act on (ISO/IEC 7816-4 §5.6).
// Turned red by: a blocked passcode with tries left.
func TestVerifyResult(t *testing.T) {
	for sw, left := range map[iso7816.SW]int{0x63C2: 2, 0x63C1: 1, 0x63C0: 0, 0x6983: 0, 0x6984: 0} {
		var wrong card.PasscodeError
		if err := card.VerifyResult(sw); !errors.As(err, &wrong) || wrong.Left != left || !errors.Is(err, sw) {
			t.Errorf("%v: %v", sw, err)
		}
	}
	if err := card.VerifyResult(iso7816.OK); err != nil {
		t.Error(err)
	}
	if err := card.VerifyResult(iso7816.WrongData); !errors.Is(err, card.ErrUnreadable) || !errors.Is(err, iso7816.WrongData) {
		t.Error(err)
	}
}
