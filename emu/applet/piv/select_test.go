package piv_test

import (
	"fmt"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: SELECT takes every right truncation of the name, and keeps or
// drops the security status. Source: SP 800-73-4 part 2 §3.1.1. Turned red by:
// any change to the rule in the row's name.
func TestSelect(t *testing.T) {
	rows := script{
		"unknown keeps state": join(say(verify, "9000"), say("00A4040005A000000999", "6A82"), say(status, "9000")),
		"itself keeps state":  join(say(verify, "9000"), say(selectPIV, "61…9000"), say(status, "9000")),
		"another clears state": join(say(verify, "9000"), say("00A4040008A000000003000000", "9000"),
			say(status, "6D00"), say(selectPIV, "61…9000"), say(status, "63C3")),
		"master file":     join(say("00A4000C023F00", "6A86"), say("00A40000023F0000", "6A86")),
		"four bytes":      say("00A4040004A0000003", "6A82"),
		"no bytes":        say("00A4040000", "6A82"),
		"longer name":     say("00A404000CA00000030800001000010000", "6A82"),
		"by default":      say(discovery, "7E124F0BA0000003080000100001005F2F0240009000"),
		"other version":   say("00A404000BA000000308000010000200", "6A82"),
		"the next choice": say("00A404020BA000000308000010000100", "6A86"),
	}
	aid := "A000000308000010000100"
	for n := 5; n <= 11; n++ {
		rows[fmt.Sprintf("%d bytes", n)] = join(
			say(fmt.Sprintf("00A40400%02X%s", n, aid[:2*n]), "61…9000"),
			say(fmt.Sprintf("00A40400%02X%s00", n, aid[:2*n]), "61…9000"))
	}
	rows.run(t)
}

// Requirement: a card that does not select PIV by itself has no command but
// SELECT before it. Source: SP 800-73-4 part 2 §2.3.2. Turned red by: answering
// all the same.
func TestNotSelected(t *testing.T) {
	script{"reset": join(
		say(discovery, "6D00"), say(verify, "6D00"), say(selectPIV, "61…9000"), say(verify, "9000"),
		say(emutest.Reset, ""), say(status, "6D00"), say(selectPIV, "61…9000"), say(status, "63C3"),
	)}.runWith(t, func(c *piv.Config) { c.DefaultSelected = false })
}

// Requirement: the property template, byte for byte, in the forms that cards
// have been seen with. Source: SP 800-73-4 part 2 table 3 and published answers
// of a 2006 demonstration card of the maker, of another, and of a YubiKey.
// Turned red by: another order.
func TestPropertyTemplate(t *testing.T) {
	rows := map[string]struct {
		template piv.Template
		want     string
	}{
		"full": {piv.Template{}, "61164F0BA00000030800001000010079074F05A0000003089000"},
		"2006": {
			piv.Template{Label: "ID-One PIV BIO", URL: "www.oberthur.com", Longest: 0x8000},
			"61394F0BA00000030800001000010079074F05A000000308500E49442D4F6E65205049562042494F5F50107777772E6F626572746875722E636F6D7F66080202800002028000" + "9000",
		},
		"short":      {piv.Template{Short: true}, "61114F0600001000010079074F05A0000003089000"},
		"algorithms": {piv.Template{Algorithms: []byte{0x07, 0x11}}, "61214F0BA00000030800001000010079074F05A000000308AC098001078001110601009000"},
	}
	for name, r := range rows {
		got := emutest.Send(t, made(func(c *piv.Config) { c.Template = r.template }), selectPIV)
		if got != r.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, r.want)
		}
	}
	emutest.Run(t, emutest.New(t, emu.Options{}), say(selectPIV, "61224F0BA00000030800001000010079074F05A000000308500A49442D4F6E65205049569000")...)
}

// Requirement: what other cards' hosts and Windows ask before they know the
// card is refused cleanly and changes nothing. Source: recorded conversations
// of OpenSC, GnuPG, Yubico's tools and Microsoft's discovery. Turned red by: an
// instruction more.
func TestForeignProbes(t *testing.T) {
	rows := script{}
	for probe, want := range map[string]string{
		"00A4040007627601FF000000":                 "6A82", // coolkey
		"00A4040006A00000000101":                   "6A82", // muscle
		"00A404000BE82B0601040181C31F020100":       "6A82", // sc-hsm
		"00A4040C0FD23300000045737445494420763335": "6A86", // EstEID
		"00CADF3005":                       "6D00", // setcos
		"00FD000000":                       "6D00", // Yubico's version
		"00FD000003":                       "6D00",
		"00F7009B00":                       "6D00", // Yubico's metadata
		"00F8000000":                       "6D00",
		"0084000008":                       "6D00",
		"80CA9F7F00":                       "6E00",
		"00A4040006D27600012401":           "6A82", // OpenPGP
		"00A4040008A000000527200101":       "6A82", // Yubico's one-time passwords
		"00CB3FFF055C035FFF0000":           "6A82", // Yubico's administration
		"00A404000AA0000003974349445F0100": "6A82", // Windows: plug and play
		"00CB3FFF045C027F6800":             "6A82",
		"00CA7F6800":                       "6D00",
		"00A40000022F01":                   "6A86", // EF.ATR
		"00B0000000":                       "6D00",
		"00A4040009A0000003974254465900":   "6A82", // GIDS
		"0CCB3FFF035C017E00":               "6E00", // secure messaging
		"1C87079A017C":                     "6E00", // and chained
		"01CB3FFF035C017E00":               "6E00", // another channel
		"0070000001":                       "6D00",
		"00B2010C00":                       "6D00",
	} {
		rows[probe] = join(say(verify, "9000"), say(probe, want), say(status, "9000"))
	}
	rows.run(t)
}
