package foreign_test

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: a foreign card answers what its profile says and refuses the rest
// in proper form, on the protocol it speaks. Source: ISO/IEC 7816-4 §5.6. Turned
// red by: a fall-through to success, or T=1 by default. Nobody of ours holds it.
func TestForeign(t *testing.T) {
	pse := "00A404000E315041592E5359532E4444463031"
	for profile, steps := range map[string][]emutest.Step{
		"bank": emutest.Join(
			emutest.Say(pse, "6120"), emutest.Say("00C0000020", "6F1E840E…9000"),
			emutest.Say("00A4040005A000000308", "6A82"), emutest.Say("0020008000", "6D00"), emutest.Say("FF00000000", "6E00"), emutest.Say("00", "6700")),
		"jcop41": emutest.Join(
			emutest.Say("00A4040008A00000000300000000", "6F10…9000"), emutest.Say("00A4040010A0000000770100700A1000F100000100", "6A82"),
			emutest.Say("00CB3FFF035C017E00", "6D00")),
	} {
		c := emutest.New(t, emu.Options{Profile: profile})
		emutest.Run(t, c, steps...)
		if c.TriesLeft() != -1 || c.Holder().UUID != "" {
			t.Errorf("%s: %d tries, of %v", profile, c.TriesLeft(), c.Holder())
		}
	}
}

// Requirement: a card without a usable answer to reset exchanges nothing, and
// says why. Turned red by: answering commands all the same.
func TestMute(t *testing.T) {
	for profile, length := range map[string]int{"mute": 0, "broken-atr": 7} {
		c := emutest.New(t, emu.Options{Profile: profile})
		if n := len(c.ATR()); n != length {
			t.Errorf("%s: an ATR of %d bytes", profile, n)
		}
		if _, err := c.Transmit(context.Background(), []byte{0, 0xA4, 4, 0}); !errors.Is(err, emu.ErrMute) {
			t.Errorf("%s: %v", profile, err)
		}
		if err := c.Reset(context.Background()); !errors.Is(err, emu.ErrMute) {
			t.Errorf("%s: reset: %v", profile, err)
		}
	}
}

// Requirement: whatever bytes come, the card answers a status word. Turned red
// by: any unchecked index.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{"00A404000E315041592E5359532E4444463031", "00C0000000"} {
		b, _ := hex.DecodeString(seed)
		f.Add(b)
	}
	emutest.Fuzz(f, "jcop41")
}
