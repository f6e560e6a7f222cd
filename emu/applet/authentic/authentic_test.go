package authentic_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

const (
	selectApplet = "00A4040010A0000000770100700A1000F100000100"
	masterFCP    = "6221820138 83023F00 8410A0000000770100700A1000F100000100 86060001000100019000"
	verify       = "0020000108313233343536FFFF"
	mistake      = "0020000108303030303030FFFF"
	status       = "00200001"
	digestInfo   = "3031300D060960864801650304020105000420"
)

var hash = strings.Repeat("A5", 32)

// Requirement: the answers OpenSC's driver was recorded to accept, and the
// rules of ISO/IEC 7816-4 for the rest. Turned red by: any change to the rule in
// the row's name.
func TestRules(t *testing.T) {
	reset := emutest.Join(emutest.Say(emutest.Reset, ""), emutest.Say(selectApplet, "9000"))
	unblock := emutest.Say("0020000208"+"3132333435363738", "9000")
	rows := map[string][]emutest.Step{
		"select, name without Le":   emutest.Say(selectApplet, "9000"),
		"select, name with Le":      emutest.Say(selectApplet+"00", masterFCP),
		"select, cut name":          emutest.Say("00A4040405A000000077", "6A86"),
		"select, short name":        emutest.Say("00A404000AA0000000770100700A10"+"00", masterFCP),
		"select, unknown name":      emutest.Say("00A4040005A000000999", "6A82"),
		"select, master":            emutest.Say("00A4000000", masterFCP),
		"select, no answer wanted":  emutest.Say("00A4000C022F00", "9000"),
		"select, directory":         emutest.Say("00A400000250 1500", "620F820138 83025015 86060001000100019000"),
		"select, child":             emutest.Join(emutest.Say("00A4000C025015", "9000"), emutest.Say("00A40000025031 00", "6215 80020080 820101 83025031 86080000000100010001 9000")),
		"select, file of the top":   emutest.Join(emutest.Say("00A4000C025015", "9000"), emutest.Say("00A4000C022F00", "9000")),
		"select, absent":            emutest.Say("00A4000002DEAD00", "6A82"),
		"select, path from the top": emutest.Join(emutest.Say("00A4080C0450155031", "9000"), emutest.Say("00A4080C063F0050155032", "9000")),
		"select, path from here":    emutest.Join(emutest.Say("00A4000C025015", "9000"), emutest.Say("00A4090C025032", "9000")),
		"select, half a path":       emutest.Say("00A4080C03501550", "6A82"),
		"select, parent":            emutest.Join(emutest.Say("00A4000C025015", "9000"), emutest.Say("00A4030000", masterFCP)),
		"select, other P1 or P2":    emutest.Join(emutest.Say("00A4010C025015", "6A86"), emutest.Say("00A40001025015", "6A86")),
		"read":                      emutest.Join(emutest.Say("00A4000C022F00", "9000"), emutest.Say("00B0000010", "611F4F0CA000000063504B43532D31359000"), emutest.Say("00B00070FF", strings.Repeat("00", 16)+"6282"), emutest.Say("00B0007000", strings.Repeat("00", 16)+"9000")),
		"read, past the end":        emutest.Join(emutest.Say("00A4000C022F00", "9000"), emutest.Say("00B0008001", "6B00")),
		"read, nothing selected":    emutest.Say("00B0000001", "6986"),
		"production data":           emutest.Join(emutest.Say("00CA9F7F2D", "9F7F2A47905074…9000"), emutest.Say("80CA9F7F2D", "9F7F2A47905074…9000")),
		"policy":                    emutest.Join(emutest.Say("00CA5F0100", "5F011A8001 00860A00000002000100000002 910103 A106830108840104 9000"), emutest.Say("00CA5F0200", "5F021A8001 00860A00000000000200000002 910105 A106830108840104 9000"), emutest.Say("00CA5F0300", "6A88")),
		"verify, status":            emutest.Join(emutest.Say(status, "63C3"), emutest.Say(verify, "9000"), emutest.Say(status, "9000")),
		"verify, length":            emutest.Join(emutest.Say("0020000106313233343536", "6700"), emutest.Say(status, "63C3")),
		"verify, filling":           emutest.Join(emutest.Say("00200001083132333435360000", "6A80"), emutest.Say("0020000108313233FFFFFFFFFF", "6A80"), emutest.Say(status, "63C3")),
		"verify, reference":         emutest.Say("0020000308313233343536FFFF", "6A88"),
		"verify, blocked":           emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say(mistake, "63C1"), emutest.Say(mistake, "63C0"), emutest.Say(verify, "6983"), reset, emutest.Say(verify, "6983"), emutest.Say(status, "6983")),
		"verify, lost on reset":     emutest.Join(emutest.Say(verify, "9000"), reset, emutest.Say(status, "63C3")),
		"verify, lost on select":    emutest.Join(emutest.Say(verify, "9000"), emutest.Say(selectApplet, "9000"), emutest.Say(status, "63C3")),
		"change":                    emutest.Join(emutest.Say("0024000110313233343536FFFF363534333231FFFF", "9000"), emutest.Say(verify, "63C2")),
		"change, wrong old":         emutest.Say("0024000110303030303030FFFF363534333231FFFF", "63C2"),
		"change, bad new":           emutest.Join(emutest.Say("0024000110313233343536FFFF3132FFFFFFFFFFFF", "6A80"), emutest.Say(status, "63C3")),
		"set":                       emutest.Join(emutest.Say("0024010108363534333231FFFF", "6982"), emutest.Say(verify, "9000"), emutest.Say("0024010108363534333231FFFF", "9000"), emutest.Say(mistake, "63C2")),
		"unblock":                   emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say(mistake, "63C1"), emutest.Say(mistake, "63C0"), emutest.Say("002C020108363534333231FFFF", "6982"), unblock, emutest.Say("002C020108363534333231FFFF", "9000"), emutest.Say("0020000108363534333231FFFF", "9000")),
		"unblock, keep passcode":    emutest.Join(emutest.Say(mistake, "63C2"), unblock, emutest.Say("002C0301", "9000"), emutest.Say(status, "63C3")),
		"sign, no passcode":         emutest.Join(emutest.Say("002241B606800111830101", "9000"), emutest.Say("002A9E9A33"+digestInfo+hash+"00", "6982")),
		"sign, no environment":      emutest.Join(emutest.Say(verify, "9000"), emutest.Say("002A9E9A33"+digestInfo+hash+"00", "6985")),
		"sign":                      emutest.Join(emutest.Say(verify, "9000"), emutest.Say("002241B606830101800111", "9000"), emutest.Say("002A9E9A33"+digestInfo+hash+"00", "…9000")),
		"environment, no such key":  emutest.Say("002241B606800111830107", "6A88"),
		"environment, algorithm":    emutest.Say("002241B606800199830101", "6A80"),
		"decipher, wrong key":       emutest.Say("002241B806800111830102", "6985"),
		"decipher, nonsense":        emutest.Join(emutest.Say(verify, "9000"), emutest.Say("002241B806800111830101", "9000"), emutest.Say("002A80860401020304", "6A80")),
		"challenge":                 emutest.Join(emutest.Say("0084000018", "…9000"), emutest.Say("00840000", "6700")),
		"nothing can be written":    emutest.Join(emutest.Say("00D600000100", "6D00"), emutest.Say("00DB3FFF0100", "6D00")),
	}
	for name, steps := range rows {
		t.Run(name, func(t *testing.T) {
			c := emutest.New(t, emu.Options{Profile: "series8"})
			emutest.Run(t, c, emutest.Join(emutest.Say(selectApplet, "9000"), steps)...)
		})
	}
}

// Requirement: before it is selected the application answers nothing. Source:
// the profile. Turned red by: a default selection.
func TestNotSelected(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series8"})
	emutest.Run(t, c, emutest.Join(emutest.Say("00A4000000", "6D00"), emutest.Say(verify, "6D00"), emutest.Say("00CA5F0100", "6A88"), emutest.Say("80CA9F7F2D", "9F7F…9000"), emutest.Say(selectApplet, "9000"))...)
}

// Requirement: a bare digest signs like its DigestInfo, the quirk without which
// OpenSC's hash-and-sign mechanisms fail. Turned red by: switching it off in the
// profile.
func TestBareDigest(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series8"})
	emutest.Run(t, c, emutest.Join(emutest.Say(selectApplet, "9000"), emutest.Say(verify, "9000"), emutest.Say("002241B606800111830101", "9000"))...)
	bare := emutest.Send(t, c, "002A9E9A20"+hash+"00")
	if full := emutest.Send(t, c, "002A9E9A33"+digestInfo+hash+"00"); bare != full {
		t.Errorf("bare %s, with DigestInfo %s", bare, full)
	}
}

// Requirement: whatever bytes come, on either protocol, the card answers at
// least a status word and does not panic. Turned red by: any unchecked index.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{selectApplet, verify, "00A40800045015503100", "00B0000000", "00CA5F0100", "002241B606800111830101", "00C0000000"} {
		b, _ := hex.DecodeString(seed)
		f.Add(b)
	}
	emutest.Fuzz(f, "series8")
}
