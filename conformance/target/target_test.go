package target

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Requirement: a target file with an unknown field, kind or fault, or with a
// claim nobody can meet, is a usage error. Source: issue, "bad input". Turned
// red by: ignoring unknown fields.
func TestBadFiles(t *testing.T) {
	for name, text := range map[string]string{
		"unknown field": `{"kind":"package","cell":"x","features":[],"colour":"red"}`,
		"unknown kind":  `{"kind":"paper","cell":"x","features":[]}`,
		"no JSON":       `cell: x`,
	} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	for name, f := range map[string]File{
		"unknown fault":   {Kind: Package, Series: "9", Faults: []string{"card.nonsense"}},
		"unknown series":  {Kind: Package, Series: "7"},
		"unmet claim":     {Kind: PCSCD, Features: []Feature{Card}},
		"unclaimed kinds": {Kind: "paper"},
	} {
		if _, err := Open(context.Background(), f); !errors.Is(err, ErrUsage) {
			t.Errorf("%s: %v is no usage error", name, err)
		}
	}
}

// Requirement: a passcode never reaches a trace. Source: house rule on secrets.
// Turned red by: writing VERIFY as it was sent.
func TestTraceBlanksPasscodes(t *testing.T) {
	var trace Trace
	for _, ins := range []byte{0x20, 0x24, 0x2C} {
		trace.add([]byte{0, ins, 0, 0x80, 8, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0xFF, 0xFF}, []byte{0x90, 0}, nil)
	}
	for _, e := range trace.Take() {
		if strings.Contains(e.Command, "3132") || len(e.Command) != 26 {
			t.Errorf("the trace has %q", e.Command)
		}
	}
}

// Requirement: the script file is written whole and starts from the top, and
// what the person saw is read back. Turned red by: keeping the old position.
func TestScriptFile(t *testing.T) {
	dir := t.TempDir()
	s := &scriptFile{script: filepath.Join(dir, "script"), shown: filepath.Join(dir, "shown")}
	for name, text := range map[string]string{s.script + ".position": "7", s.shown: `{"command":"GETPIN"}`} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Will(context.Background(), Answer{Cancel: true}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(s.script)
	if err != nil || string(raw) != `{"answers":[{"cancel":true}]}` {
		t.Errorf("script is %s, %v", raw, err)
	}
	if forms, err := s.Saw(context.Background()); err != nil || len(forms) != 0 {
		t.Errorf("saw %v, %v before anything was shown", forms, err)
	}
	line := `{"command":"GETPIN","description":"Tries left: 3","title":"TEST","timeout":30}` + "\n"
	if err := os.WriteFile(s.shown, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	forms, err := s.Saw(context.Background())
	if err != nil || len(forms) != 1 || forms[0].Timeout != 30 || !strings.Contains(forms[0].Text, "Tries left: 3") {
		t.Errorf("saw %v, %v", forms, err)
	}
}
