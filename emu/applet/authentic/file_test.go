package authentic_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// create makes file B000 of four bytes in the current directory, everyone reads
// and deletes, passcode 1 updates and resizes: what OpenSC was recorded to ask.
const create = "00E000001762158002000482010183 02B00086080000000000010001"

// fcp is a CREATE FILE of these parameters.
func fcp(parameters string) string {
	p := strings.ReplaceAll(parameters, " ", "")
	return fmt.Sprintf("00E00000%02X62%02X%s", len(p)/2+2, len(p)/2, p)
}

// Requirement: files are found by the forms of SELECT this card has. Source:
// ISO/IEC 7816-4 §7.1.1 and recorded conversations. Turned red by: any change to
// the rule in the row's name.
func TestSelect(t *testing.T) {
	rows{
		"name without Le":      talk(selectApplet, "9000"),
		"name with Le":         talk(selectApplet+"00", masterFCP),
		"short name":           talk("00A404000AA0000000770100700A10"+"00", masterFCP),
		"name, P2 next":        talk("00A4040205A000000077", "6A86"),
		"unknown name":         talk("00A4040005A000000999", "6A82"),
		"name, no answer":      talk("00A4040C10A0000000770100700A1000F100000100", "9000"),
		"master":               talk("00A4000000", masterFCP, "00A40000023F0000", masterFCP),
		"no answer wanted":     talk("00A4000C022F00", "9000"),
		"directory":            talk("00A400000250 1500", "620F820138 83025015 86060001000100019000"),
		"child":                talk(application, "9000", "00A40000025031 00", "6215 80020080 820101 83025031 86080000000100010001 9000"),
		"file of the top":      talk(application, "9000", "00A4000C022F00", "9000"),
		"absent":               talk("00A4000002DEAD00", "6A82"),
		"absent, place stays":  talk(application, "9000", "00A4000002DEAD00", "6A82", "00A4020C025031", "9000"),
		"path from the top":    talk("00A4080C0450155031", "9000", "00A4080C063F0050155032", "9000"),
		"path from here":       talk(application, "9000", "00A4090C025032", "9000"),
		"half a path":          talk("00A4080C03501550", "6A82"),
		"parent":               talk(application, "9000", "00A4030000", masterFCP),
		"child directory":      talk("00A4010C025015", "9000", "00A4010C025031", "6A82"),
		"file of this one":     talk("00A4020C022F00", "9000", "00A4020C025015", "6A82", application, "9000", "00A4020C022F00", "6A82"),
		"other P1 or P2":       talk("00A4050C025015", "6A86", "00A40001025015", "6A86"),
		"file's directory":     talk("00A4080C0450155031", "9000", "00A4020C025032", "9000"),
		"application anew":     talk(application, "9000", selectApplet, "9000", "00A4020C022F00", "9000"),
		"directory, no file":   talk("00A4000C022F00", "9000", application, "9000", "00B0000001", "6986"),
		"card manager, locked": talk("00A4040007A000000003000000", "9000", "00A4000000", "6D00"),
	}.run(t)
}

// Requirement: READ BINARY gives what is there and says where the end is.
// Source: ISO/IEC 7816-4 §7.2.3. Turned red by: any change to the rule in the
// row's name.
func TestRead(t *testing.T) {
	file := talk("00A4000C022F00", "9000")
	rows{
		"begin":            emutest.Join(file, talk("00B0000010", "611F4F0CA000000063504B43532D31359000")),
		"short of Le":      emutest.Join(file, talk("00B00070FF", strings.Repeat("00", 16)+"6282")),
		"all there is":     emutest.Join(file, talk("00B0007000", strings.Repeat("00", 16)+"9000")),
		"last byte":        emutest.Join(file, talk("00B0007F01", "009000")),
		"past the end":     emutest.Join(file, talk("00B0008001", "6B00", "00B07FFF01", "6B00")),
		"short identifier": emutest.Join(file, talk("00B0800001", "6A82", "00B0FFFF01", "6A82")),
		"nothing selected": talk("00B0000001", "6986"),
		"no Le":            emutest.Join(file, talk("00B00000", "6700")),
		"data":             emutest.Join(file, talk("00B0000001AA01", "6700")),
	}.run(t)
}

// Requirement: writing wants the passcode where the file says so, and changes
// all or nothing. Source: ISO/IEC 7816-4 §7.2.5; the rules of the recorded card.
// Turned red by: any change to the rule in the row's name.
func TestUpdate(t *testing.T) {
	file := talk("00A4000C022F00", "9000")
	open := emutest.Join(file, talk(verify, "9000"))
	rows{
		"no passcode":      emutest.Join(file, talk("00D6000001AA", "6982", "00D0000001AA", "6982", "00B0000001", "619000")),
		"written":          emutest.Join(open, talk("00D600010301020 3", "9000", "00B0000005", "61010203A09000")),
		"write binary":     emutest.Join(open, talk("00D0000002AABB", "9000", "00B0000003", "AABB4F9000")),
		"to the last byte": emutest.Join(open, talk("00D6007F01AA", "9000", "00B0007F01", "AA9000")),
		"over the end":     emutest.Join(open, talk("00D6007F02AABB", "6700", "00B0007F01", "009000")),
		"past the end":     emutest.Join(open, talk("00D6008001AA", "6B00")),
		"short identifier": emutest.Join(open, talk("00D6800001AA", "6A82")),
		"nothing":          emutest.Join(open, talk("00D60000", "6700")),
		"no file":          talk(verify, "9000", "00D6000001AA", "6986"),
		"passcode lost":    emutest.Join(open, talk(selectApplet, "9000", "00A4000C022F00", "9000", "00D6000001AA", "6982")),
	}.run(t)
}

// Requirement: files are made of exact control parameters, where the directory's
// rules allow it and there is room. Source: ISO/IEC 7816-9 §8.2, the parameters
// OpenSC sends. Turned red by: any change to the rule in the row's name.
func TestCreate(t *testing.T) {
	open := talk(application, "9000", verify, "9000")
	bad := func(parameters string) []emutest.Step { return emutest.Join(open, talk(fcp(parameters), "6A80")) }
	good := "80020004 820101 8302B000 86080000000000010001"
	rows{
		"no passcode":        talk(application, "9000", create, "6982"),
		"selected":           emutest.Join(open, talk(create, "9000", "00B0000000", "000000009000", "00A4000002B00000", "62158002000482010183 02B000860800000000000100019000")),
		"other order":        emutest.Join(open, talk(fcp("86080000000000010001 8302B000 820101 80020004"), "9000")),
		"there already":      emutest.Join(open, talk(create, "9000", create, "6A89")),
		"same name above":    emutest.Join(open, talk(fcp("80020004 820101 83022F00 86080000000000010001"), "9000", "00B0000000", "000000009000")),
		"too large":          emutest.Join(open, talk(fcp("8002FFFF 820101 8302B000 86080000000000010001"), "6A84", "00A4000C02B000", "6A82")),
		"directory":          emutest.Join(open, talk(fcp("820138 8302DF01 8606000100010001"), "9000", create, "9000", "00A4080C065015DF01B000", "9000")),
		"directory no one's": emutest.Join(open, talk(fcp("820138 8302DF01 8606FFFFFFFFFFFF"), "9000", create, "6982")),
		"P1 P2":              emutest.Join(open, talk("00E0010002 6200", "6A86")),
		"no parameters":      emutest.Join(open, talk("00E00000", "6A80", "00E000000262 00", "6A80")),
		"no template":        emutest.Join(open, talk("00E0000003820101", "6A80")),
		"no access rules":    bad("80020004 820101 8302B000"),
		"short access rules": bad("80020004 820101 8302B000 8606000000000001"),
		"file as directory":  bad("80020004 820138 8302B000 86080000000000010001"),
		"no size":            bad("820101 8302B000 86080000000000010001"),
		"size of one byte":   bad("800104 820101 8302B000 86080000000000010001"),
		"record file":        bad("80020004 820102 8302B000 86080000000000010001"),
		"tag twice":          bad(good + "820101"),
		"unknown tag":        bad(good + "8A0105"),
		"directory's name":   bad("820138 8302DF01 8606000100010001 8405A000000001"),
		"cut short":          bad("80020004 820101 8302B000 8608000000000001"),
		"reserved":           emutest.Join(bad("80020004 820101 83023F00 86080000000000010001"), bad("80020004 820101 83023FFF 86080000000000010001"), bad("80020004 820101 8302FFFF 86080000000000010001"), bad("80020004 820101 83020000 86080000000000010001")),
	}.run(t)
}

// Requirement: what may be deleted and resized is, and nothing else. Source:
// ISO/IEC 7816-9 §8.3; OpenSC's driver for both forms of deleting and for
// resizing. Turned red by: any change to the rule in the row's name.
func TestDeleteAndResize(t *testing.T) {
	made := talk(application, "9000", verify, "9000", create, "9000", "00D6000004 01020304", "9000")
	forgotten := emutest.Join(made, talk(selectApplet, "9000", application, "9000"))
	rows{
		"delete":               emutest.Join(made, talk("00E4020002B000", "9000", "00B0000001", "6986", "00A4000C02B000", "6A82")),
		"delete, always":       emutest.Join(forgotten, talk("00E4020002B000", "9000")),
		"delete, passcode":     talk(application, "9000", "00E40200023401", "6982", "00A4000C023401", "9000"),
		"delete, with it":      talk(application, "9000", verify, "9000", "00E40200023401", "9000", "00A4000C023401", "6A82"),
		"delete, absent":       emutest.Join(made, talk("00E4020002DEAD", "6A82", "00E4010002DEAD", "6A82")),
		"delete, other kind":   emutest.Join(made, talk("00E4010002B000", "6A82", "00A4000000", masterFCP, "00E40200025015", "6A82")),
		"delete, directory":    talk(verify, "9000", "00E40100025015", "9000", application, "6A82"),
		"delete, directory no": talk("00E40100025015", "6982", application, "9000"),
		"delete, form":         emutest.Join(made, talk("00E4000002B000", "6A86", "00E4020102B000", "6A86", "00E4020001B0", "6700", "00E40200", "6700")),
		"delete, make anew":    emutest.Join(made, talk("00E4020002B000", "9000", create, "9000", "00B0000000", "000000009000")),
		"resize, larger":       emutest.Join(made, talk("00DBB00006620480020006", "9000", "00B0000000", "0102030400009000")),
		"resize, smaller":      emutest.Join(made, talk("00DBB00006620480020002", "9000", "00B0000000", "01029000", "00B0000201", "6B00")),
		"resize, passcode":     emutest.Join(forgotten, talk("00DBB00006620480020006", "6982")),
		"resize, too large":    emutest.Join(made, talk("00DBB0000662048002FFFF", "6A84", "00B0000000", "010203049000")),
		"resize, absent":       emutest.Join(made, talk("00DBDEAD06620480020006", "6A82")),
		"resize, directory":    talk(verify, "9000", "00DB501506620480020006", "6A82"),
		"resize, malformed":    emutest.Join(made, talk("00DBB000056203800106", "6A80", "00DBB0000462048002", "6A80", "00DBB000", "6A80")),
	}.run(t)
}

// Requirement: a card does not take files without end. Source: ISO/IEC 7816-4
// §5.6, 6A84. Turned red by: files of no bytes that cost nothing.
func TestFull(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series8"})
	emutest.Run(t, c, talk(selectApplet, "9000", application, "9000", verify, "9000")...)
	ch := iso7816.Channel{Card: c, Protocol: iso7816.T1}
	for id := 1; id < 0x3000; id++ {
		p := []byte{0x62, 0x15, 0x80, 2, 0, 0, 0x82, 1, 1, 0x83, 2, byte(id >> 8), byte(id), 0x86, 8, 0, 0, 0, 0, 0, 1, 0, 1}
		r, err := ch.Send(context.Background(), iso7816.Command{INS: 0xE0, Data: p})
		if err != nil {
			t.Fatal(err)
		}
		if r.SW == iso7816.NoMemory {
			return
		}
		if r.SW != iso7816.OK {
			t.Fatalf("file %04X: %v", id, r.SW)
		}
	}
	t.Error("it took 12287 files")
}
