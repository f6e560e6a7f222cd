package emu_test

import (
	"context"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: a private key on its way into the card is in no trace, however it
// is cut, and other PUT DATA is. Source: our own rule that traces hold no
// secrets. Turned red by: blanking the first part of the chain alone.
func TestTraceHidesStoredKeys(t *testing.T) {
	k := testpki.Published("card-03")
	private := iso7816.Wrap(0x7F48, iso7816.Wrap(0x92, k.Primes[0].Bytes()), iso7816.Wrap(0x93, k.Primes[1].Bytes()))
	object := iso7816.Wrap(0xA1, []byte{0x80, 1, 0x0C, 0x83, 1, 1}, iso7816.Wrap(0xA5, private))
	for _, chained := range []bool{true, false} {
		c := emutest.New(t, emu.Options{Profile: "series8"})
		emutest.Run(t, c, emutest.Say("00A4040010A0000000770100700A1000F100000100", "9000")...)
		said := 0
		send := func(x iso7816.Command) {
			b, err := x.Bytes()
			if err == nil {
				_, err = c.Transmit(context.Background(), b)
			}
			if err != nil {
				t.Fatal(err)
			}
			said++
		}
		x := iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF, Data: object}
		if chained {
			for cut := 0; cut < len(object); cut += len(object) / 3 {
				part := x
				part.Data = object[cut:min(cut+len(object)/3, len(object))]
				if cut+len(object)/3 < len(object) {
					part.CLA = 0x10
				}
				send(part)
			}
		} else {
			send(x)
		}
		send(iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF, Data: []byte{0xA1, 6, 0x80, 1, 0x0C, 0x83, 1, 5}})
		list := c.Trace()
		for i, e := range list {
			if i > 0 && i < said && strings.Trim(e.Command[14:], "0") != "" {
				t.Errorf("chained %v, part %d: %s", chained, i, e.Command)
			}
		}
		if last := list[len(list)-1].Command; last != "00DB3FFF08A10680010C830105" {
			t.Errorf("after it: %s", last)
		}
	}
}
