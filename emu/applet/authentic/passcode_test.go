package authentic_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: passcodes are shown, counted, changed and unblocked as the
// policies say that the card gives out. Source: ISO/IEC 7816-4 §7.5.6 to
// §7.5.10 and recorded conversations. Turned red by: any change to the rule in
// the row's name.
func TestPasscodes(t *testing.T) {
	again := emutest.Join(emutest.Say(emutest.Reset, ""), talk(selectApplet, "9000"))
	locked := talk(mistake, "63C2", mistake, "63C1", mistake, "63C0")
	wrongPUK := "00200002083030303030303030"
	rows{
		"policy":                    talk("00CA5F0100", "5F011A8001 00860A00000002000100000002 910103 A106830108840104 9000", "00CA5F0200", "5F021A8001 00860A0000FFFF000200000002 910105 A106830108840104 9000", "00CA5F0300", "6A88", "80CA5F0100", "5F01…9000"),
		"status":                    talk(status, "63C3", verify, "9000", status, "9000", "00200002", "63C5"),
		"length":                    talk("0020000106313233343536", "6700", "002000010931323334353637 3839", "6700", status, "63C3"),
		"filling":                   talk("00200001083132333435360000", "6A80", "0020000108313233FFFFFFFFFF", "6A80", status, "63C3"),
		"reference":                 talk("0020000308313233343536FFFF", "6A88", "00200003", "6A88", "0020000008313233343536FFFF", "6A88"),
		"P1":                        talk("0020FF01", "6A86", "0020010108313233343536FFFF", "6A86"),
		"wrong one unverifies":      talk(verify, "9000", mistake, "63C2", status, "63C2"),
		"blocked":                   emutest.Join(locked, talk(verify, "6983"), again, talk(verify, "6983", status, "6983", "0024000110313233343536FFFF363534333231FFFF", "6983")),
		"lost on reset":             emutest.Join(talk(verify, "9000"), again, talk(status, "63C3")),
		"lost on select":            talk(verify, "9000", selectApplet, "9000", status, "63C3"),
		"kept by select of files":   talk(verify, "9000", application, "9000", status, "9000"),
		"change":                    talk("0024000110313233343536FFFF363534333231FFFF", "9000", verify, "63C2"),
		"change, letters":           talk("0024000110313233343536FFFF416265742D7E21FF", "9000", "002000010841 6265742D7E21FF", "9000"),
		"change, wrong old":         talk("0024000110303030303030FFFF363534333231FFFF", "63C2"),
		"change, bad new":           talk("0024000110313233343536FFFF3132FFFFFFFFFFFF", "6A80", status, "63C3"),
		"change, bad old":           talk("00240001103132FFFFFFFFFFFF363534333231FFFF", "6A80", status, "63C3"),
		"change, length":            talk("0024000108313233343536FFFF", "6700", "0024010110313233343536FFFF363534333231FFFF", "6982", status, "63C3"),
		"change, PUK":               talk("0024000210 3132333435363738 3837363534333231", "9000", verifyPUK, "63C4", "00200002083837363534333231", "9000"),
		"change, P1":                talk("0024020108313233343536FFFF", "6A86"),
		"set":                       talk("0024010108363534333231FFFF", "6982", verify, "9000", "0024010108363534333231FFFF", "9000", mistake, "63C2"),
		"set, after the PUK":        talk(verifyPUK, "9000", "0024010108363534333231FFFF", "6982"),
		"unblock":                   emutest.Join(locked, talk("002C020108363534333231FFFF", "6982", verifyPUK, "9000", "002C020108363534333231FFFF", "9000", "0020000108363534333231FFFF", "9000")),
		"unblock, keep passcode":    talk(mistake, "63C2", verifyPUK, "9000", "002C0301", "9000", status, "63C3"),
		"unblock, bad new":          talk(verifyPUK, "9000", "002C020108 3132FFFFFFFFFFFF", "6A80", "002C0201043132 3334", "6700", "002C030108363534333231FFFF", "6700"),
		"unblock, form":             talk(verifyPUK, "9000", "002C0001103132333435363738363534333231FFFF", "6A86", "002C0303", "6A88"),
		"unblock, passcode no help": talk(verify, "9000", "002C0301", "6982"),
		"unblock, PUK forgotten":    talk(verifyPUK, "9000", selectApplet, "9000", "002C0301", "6982"),
		"nothing unblocks the PUK":  talk(verify, "9000", verifyPUK, "9000", "002C0302", "6982"),
		"PUK blocked":               talk(wrongPUK, "63C4", wrongPUK, "63C3", wrongPUK, "63C2", wrongPUK, "63C1", wrongPUK, "63C0", verifyPUK, "6983"),
	}.run(t)
}

// Requirement: older passcodes of 4 to 8 characters can be given to the card;
// other ones cannot. Source: the policy this card gives out; NHS pages for the
// length of old passcodes. Turned red by: the digits of newer cards.
func TestOldPasscodes(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series8", Passcode: []byte("aB-4")})
	emutest.Run(t, c, talk(selectApplet, "9000", "002000010861422D34FFFFFFFF", "9000")...)
	for _, bad := range []string{"abc", "123456789", "1234\xFF", "12\n45"} {
		if _, err := emu.New(emu.Options{Profile: "series8", Passcode: []byte(bad)}); err == nil {
			t.Errorf("it took %q", bad)
		}
	}
	if _, err := emu.New(emu.Options{Profile: "series9", Passcode: []byte("aB-4")}); err == nil {
		t.Error("series 9 took letters")
	}
}
