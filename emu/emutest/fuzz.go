package emutest

import (
	"context"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Fuzz sends arbitrary commands to a card of a profile, on both protocols. Each
// must be answered with 2 bytes at least, and 258 at most where no extended length was asked for.
func Fuzz(f *testing.F, profile string) {
	var cards []*emu.Card
	for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
		cards = append(cards, New(f, emu.Options{Profile: profile, Protocol: p}))
	}
	f.Fuzz(func(t *testing.T, command []byte) {
		for _, c := range cards {
			r, err := c.Transmit(context.Background(), command)
			if err != nil {
				t.Fatal(err)
			}
			if long := len(command) >= 7 && command[4] == 0; len(r) < 2 || (len(r) > 258 && !long) {
				t.Fatalf("%v answered %d bytes", c.Protocol(), len(r))
			}
		}
	})
}
