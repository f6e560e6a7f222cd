package profile_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// Requirement: every profile loads, speaks T=0 and T=1, and names itself for
// its file. Turned red by: a wrong check byte in an ATR.
func TestAll(t *testing.T) {
	all, err := profile.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Foreign() {
			continue
		}
		for _, protocol := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
			if _, err := p.Personality(protocol); err != nil {
				t.Error(err)
			}
		}
	}
	if len(all) < 2 {
		t.Errorf("only %d profiles", len(all))
	}
}

// Requirement: a profile with an unknown field, without a reason or with a wrong
// ATR is refused with an error that names the thing. Turned red by: leaving out
// the check the row breaks.
func TestRefused(t *testing.T) {
	good, err := os.ReadFile("series9.json")
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct{ name, old, new, says string }{
		{"unknown field", `"series": "9"`, `"series": "9", "colour": "blue"`, "colour"},
		{"check byte", "41 12 23", "41 12 24", "check byte"},
		{"no such applet", `"piv"`, `"pivot"`, "pivot"},
		{"wrong protocol", `"T=1"`, `"T=0"`, "v81-civ"},
		{"no such protocol", `"T=1"`, `"T=2"`, "T=2"},
		{"not hexadecimal", "3B D6", "3B DZ", "invalid byte"},
		{"no tries", `"value": 3,`, `"value": 0,`, "tries"},
		{"sure of nothing", `"sure": "documented"`, `"sure": "certainly"`, "certainly"},
		{"no such algorithm", `"3DES"`, `"ROT13"`, "admin_algorithm"},
		{"no such answer", `"6A82"`, `"6A83"`, "empty_object"},
		{"extended length", `"extended_length": {
    "value": 0`, `"extended_length": {
    "value": 65536`, "extended_length"},
		{"extended length of a personality", `"value": 32768`, `"value": 65536`, "v81-extended: extended_length: 65536"},
		{"an extended length below short ones", `"value": 32768`, `"value": 260`, "v81-extended: extended_length: 260"},
		{"extended length on T=0", `"id": "v81-extended",
      "protocol": "T=1"`, `"id": "v81-extended",
      "protocol": "T=0"`, "T=0 has no extended commands"},
		{"extended length without a reason", `"why": "An ID-One PIV card of 2006`, `"settles": "An ID-One PIV card of 2006`, "v81-extended extended_length: no why"},
		{"no such key", `"short_template"`, `"keys": {"value": ["9F"], "why": "x", "sure": "assumed"}, "short_template"`, "keys"},
		{"no such certificate", `"short_template"`, `"gzip": {"value": ["9F"], "why": "x", "sure": "assumed"}, "short_template"`, "gzip"},
		{"no such object", `"short_template"`, `"objects": {"value": ["hat"], "why": "x", "sure": "assumed"}, "short_template"`, "objects"},
		{"no title", `"title": "Series 9`, `"title": "", "id": "Series 9`, "title"},
		{"cut short", "\n}\n", "\n", "EOF"},
		{"text after the end", "\n}\n", "\n}\n{}", "after the end"},
	}
	for _, r := range rows {
		_, err := profile.Parse([]byte(strings.Replace(string(good), r.old, r.new, 1)))
		if !errors.Is(err, profile.ErrProfile) || !strings.Contains(fmt.Sprint(err), r.says) {
			t.Errorf("%s: %v", r.name, err)
		}
	}
	if _, err := profile.Find("series4"); !errors.Is(err, profile.ErrProfile) {
		t.Errorf("series4: %v", err)
	}
}

// Requirement: a personality can be named, and its name is enough to know its
// protocol. Turned red by: two personalities of one name.
func TestNamed(t *testing.T) {
	all, err := profile.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, want := range p.Personalities {
			if x, err := p.Named(want.ID); err != nil || x.Protocol != want.Protocol || !slices.Equal(x.ATR, want.ATR) {
				t.Errorf("%s: %s: %+v, %v", p.ID, want.ID, x, err)
			}
		}
		if _, err := p.Named("nobody"); !errors.Is(err, profile.ErrProfile) {
			t.Errorf("%s: nobody: %v", p.ID, err)
		}
	}
}

// Requirement: answers to reset are read as ISO/IEC 7816-3 §8.2 says. Turned
// red by: wanting a check byte where only T=0 is named.
func TestProtocols(t *testing.T) {
	rows := map[string]string{
		"3BDB960080B1FE451F830031C064C7FC100007900072":     "[T=0 T=1]",
		"3BD6970081B1FE451F878031C152411223":               "[T=1]",
		"3B7B1800000031C064C6FC1000079000":                 "[T=0]",
		"3BDB9600801F030031C06477E30300829000C1":           "[T=0]",
		"3B6A00FF4A434F50343156323231":                     "[T=0]",
		"3BF91800008131FE454A434F503431563232AF":           "[T=1]",
		"3B808001" + "01":                                  "[T=0 T=1]",
		"3B":                                               "",
		"3CD6":                                             "",
		"3BD6970081B1FE451F878031C1524112":                 "",
		"3BD697":                                           "",
		"3B7B1800000031C064C6FC100007900000":               "",
		"3BDB960080B1FE451F830031C064C7FC100007900073":     "",
		"3BFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF": "",
	}
	for text, want := range rows {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := profile.Protocols(b)
		if want == "" {
			if !errors.Is(err, profile.ErrATR) {
				t.Errorf("%s: %v, %v", text, got, err)
			}
		} else if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s, %v", text, got, want, err)
		}
	}
}

// Requirement: no bytes make the reader of answers to reset panic. Turned red
// by: an unchecked index.
func FuzzProtocols(f *testing.F) {
	f.Add([]byte{0x3B, 0x80, 0x80, 0x01, 0x01})
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = profile.Protocols(b) })
}

// Requirement: what others read in a listing is there: id, title, and the text
// for OpenSC per protocol, even when empty. Turned red by: renaming a field.
func TestJSON(t *testing.T) {
	p, err := profile.Find("series8")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := profile.Parse(raw); err != nil || again.ID != p.ID {
		t.Errorf("does not read back: %v", err)
	}
	for _, field := range []string{`"id":"series8"`, `"title":`, `"protocol":"T=1","atr":"3BDD18`, `"opensc_conf":""`, `"opensc_conf":"card_atr 3B:7B`} {
		if !strings.Contains(string(raw), field) {
			t.Errorf("no %s in %s", field, raw)
		}
	}
}

// Requirement: what is only assumed about real cards, and the command that
// settles it, stands in the README too. Turned red by: a new assumption in a
// profile alone.
func TestAssumptionsAreInTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := profile.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for name, r := range p.Reasons() {
			if r.Settles == "" {
				t.Errorf("%s: %s: no command would settle it", p.ID, name)
			}
			if !strings.Contains(string(readme), r.Settles) {
				t.Errorf("%s: %s: %q is not in the README", p.ID, name, r.Settles)
			}
		}
	}
}
