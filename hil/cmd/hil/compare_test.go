package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Requirement: a recording is held against an emulated card that is asked the
// same, with times beside, for people and as JSON; exit 0 the same, 1 another
// card, 64 none such. What cannot be asked is said. Source: issue 7, point 7.
// Turned red by: comparing with nothing, or taking a wrong card for the same.
func TestCompareWithAnEmulator(t *testing.T) {
	good, wrong := newTable(t, emu.Options{}), newTable(t, emu.Options{Faults: []string{"card.atr-wrong-check"}})
	for _, d := range []desktop{good, wrong} {
		if code, said := d.hil("record", "--reader", "Toy A", "--builtin", "piv", "-o", "@card.apdu"); code != 0 {
			t.Fatalf("exit %d\n%s", code, said)
		}
	}
	if code, said := good.hil("record", "--reader", "Toy A", "--script", "@login", "--passcode-file", "-", "--test-cards", "@cards", "--spend-tries", "-o", "@login.apdu"); code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	for name, row := range map[string]struct {
		d    desktop
		args []string
		code int
		says string
	}{
		"the same":      {good, []string{"@card.apdu", "--emulator", "series9"}, 0, "emulated series9"},
		"with passcode": {good, []string{"@login.apdu", "--emulator", "series9"}, 0, "2 of 2 the same"},
		"another card":  {good, []string{"@card.apdu", "--emulator", "series8"}, 1, "emulated series8"},
		"a wrong card":  {wrong, []string{"@card.apdu", "--emulator", "series9"}, 1, "answer to reset"},
		"no such card":  {good, []string{"@card.apdu", "--emulator", "series99"}, 64, "series99"},
		"both":          {good, []string{"@card.apdu", "@card.apdu", "--emulator", "series9"}, 64, "--emulator"},
		"neither":       {good, []string{"@card.apdu"}, 64, "--emulator"},
		"no recording":  {good, []string{"@cards", "--emulator", "series9"}, 3, "line 1"},
	} {
		if code, said := row.d.hil(append([]string{"compare"}, row.args...)...); code != row.code || !strings.Contains(said, row.says) {
			t.Errorf("%s: exit %d, want %d\n%s", name, code, row.code, said)
		}
	}
	code, said := good.hil("compare", "@card.apdu", "--emulator", "series9", "--json")
	var r struct {
		Total int
		Rows  []struct {
			A float64 `json:"ms_a"`
			B float64 `json:"ms_b"`
		}
	}
	if err := json.Unmarshal([]byte(said), &r); err != nil || code != 0 || r.Total < 5 || r.Rows[3].A == 0 || r.Rows[3].B == 0 {
		t.Errorf("exit %d, %v\n%s", code, err, said)
	}
}
