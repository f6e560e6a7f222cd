package authentic_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

const (
	selectApplet = "00A4040010A0000000770100700A1000F100000100"
	masterFCP    = "6221820138 83023F00 8410A0000000770100700A1000F100000100 86060001000100019000"
	verify       = "0020000108313233343536FFFF"
	verifyPUK    = "00200002083132333435363738"
	mistake      = "0020000108303030303030FFFF"
	status       = "00200001"
	digestInfo   = "3031300D060960864801650304020105000420"
	application  = "00A4000C025015" // the PKCS#15 directory
)

var hash = strings.Repeat("A5", 32)

// talk is a conversation: command, answer, command, answer.
func talk(lines ...string) (out []emutest.Step) {
	for i := 0; i < len(lines); i += 2 {
		out = append(out, emutest.Step{Send: lines[i], Want: lines[i+1]})
	}
	return out
}

// rows are conversations with a series 8 card on which the application is
// selected, by the rule they hold.
type rows map[string][]emutest.Step

func (r rows) run(t *testing.T) {
	t.Helper()
	for name, steps := range r {
		t.Run(name, func(t *testing.T) {
			c := emutest.New(t, emu.Options{Profile: "series8"})
			emutest.Run(t, c, emutest.Join(talk(selectApplet, "9000"), steps)...)
		})
	}
}

// Requirement: before it is selected the application answers nothing. Source:
// the profile. Turned red by: a default selection.
func TestNotSelected(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series8"})
	emutest.Run(t, c, talk("00A4000000", "6D00", verify, "6D00", "00CA5F0100", "6A88", "80CA9F7F2D", "9F7F…9000", selectApplet, "9000")...)
}

// Requirement: classes, instructions and data objects the card does not have are
// refused by name. Source: ISO/IEC 7816-4 §5.4.1 and §5.6. Turned red by: any
// change to the rule in the row's name.
func TestForeign(t *testing.T) {
	rows{
		"class":             talk("01A4000000", "6E00", "80A4000000", "6E00"),
		"secure messaging":  talk("0CA4000000", "6882", "84A4000000", "6882", "04B0000001", "6882"),
		"no erase binary":   talk("000E0000", "6D00"),
		"no key challenge":  talk("0082000100", "6D00"),
		"production data":   talk("00CA9F7F2D", "9F7F2A47905074…9000", "80CA9F7F2D", "9F7F2A47905074…9000"),
		"other data object": talk("00CA005A00", "6A88", "00CA5F0000", "6A88", "00CA5F0800", "6A88"),
		"data with GET":     talk("00CA9F7F01AA00", "6700"),
		"challenge":         talk("0084000018", "…9000", "0084000001", "…9000", "00840000", "6700", "0084010008", "6A86"),
	}.run(t)
}

// Requirement: cards of two holders have two serial numbers, and one card always
// the same. Source: GlobalPlatform card specification, tag 9F7F. Turned red by: a
// fixed serial number.
func TestSerial(t *testing.T) {
	serial := func(holder int) string {
		id := testpki.Issue(testpki.Holders()[holder], time.Now())
		return emutest.Send(t, emutest.New(t, emu.Options{Profile: "series8", Identity: &id}), "00CA9F7F2D")[30:38]
	}
	if serial(0) != serial(0) || serial(0) == serial(1) {
		t.Errorf("serial numbers %s, %s and %s", serial(0), serial(0), serial(1))
	}
}

// Requirement: whatever bytes come, on either protocol, the card answers at
// least a status word and does not panic. Turned red by: any unchecked index.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{
		selectApplet, verify, "00A40800045015503100", "00B0000000", "00CA5F0100", "002241B606800111830101", "00C0000000",
		application, create, "00E4020002B000", "00D600000100", "00DBB00006620480020010", "00DB3FFF17A11580010C830103860C000100010001000100010001", "00470000" + "0DAC0B80010C8301038203010001",
		"00880000200102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F2000",
	} {
		b, _ := hex.DecodeString(seed)
		f.Add(b)
	}
	emutest.Fuzz(f, "series8")
}
