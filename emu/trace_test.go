package emu_test

import (
	"context"
	"encoding/hex"
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

// Requirement: no secret that a host sends is in a trace, also of commands that
// the card refuses, in the short, extended and chained form; other objects are.
// Source: our own rule that traces hold no secrets; IAS-ECC 1.0.1 as OpenSC's
// card-iasecc.c writes keys and passcodes; yubico-piv-tool for FE and FF. Turned
// red by: looking for the objects of series 8 alone.
func TestTraceHidesRefusedSecrets(t *testing.T) {
	secret := strings.Repeat("5E", 20)
	for _, profile := range []string{"series8", "series9", "series9-iasecc"} {
		for command, hidden := range map[string]bool{
			"00DB3FFF1D701BBF900118 7F4815 9214" + secret + "": true, // an SDO private key
			"00DB3FFF1C701ABF010117 7F4114 8214" + secret:      true, // an SDO passcode
			"10DB3FFF1C701ABF900117 A017 9014" + secret:        true, // the key may come in the next part
			"00DB3FFF00001C701ABF010117 7F4114 8214" + secret:  true,
			"00DB3FFF1C701ABFA00117 7F49178214" + secret:       false, // a public key
			"00DB3FFF195C035FC109 5314" + secret:               false, // what anybody with a card can read
			"00FE079A16 0114" + secret:                         true,
			"00FFFFFF1B 039B18" + secret:                       true,
			"0021008016 8014" + secret:                         true,
			"0020008000001480" + secret:                        true,
			"10200080148080" + secret:                          true,
		} {
			c := emutest.New(t, emu.Options{Profile: profile})
			raw, err := hex.DecodeString(strings.ReplaceAll(command, " ", ""))
			if err == nil {
				_, err = c.Transmit(t.Context(), raw)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Trace()[0].Command; strings.Contains(got, secret) == hidden {
				t.Errorf("%s, %s: %s", profile, command, got)
			}
		}
	}
}
