package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Requirement: only a service that the bench has started is for checks to stop.
// Source: issue 6, the Windows programs before the gate; the box brings its own.
// Turned red by: a door for each cell that is not in process, which stops nothing
// there and breaks each check that heals.
func TestWhoseService(t *testing.T) {
	for kind, want := range map[string]bool{rig.Package: false, rig.PCSCD: true, rig.Recorded: true, rig.Windows: false} {
		if got := (Job{Cell: cell.Cell{Kind: kind}}).ours(); got != want {
			t.Errorf("%s: the service is the bench's: %v, want %v", kind, got, want)
		}
	}
	if (Job{Cell: cell.Cell{Kind: rig.Remote}, Plastic: true}).ours() {
		t.Error("this machine's service is the bench's")
	}
}

// Requirement: a red cell fails and is not missed where Wine still starts programs;
// that wineserver runs already, which it says by 2, is no trouble. TestSignsInByForm in
// conformance/windows holds the real one to it. Source: issue 6, "with each of at
// least ten committed patches: FAIL". Turned red by: taking 2 for an error, or 1 for
// none.
func TestBoot(t *testing.T) {
	for name, row := range map[string]struct {
		wineserver, wine string
		starts           bool
	}{
		"starts":         {"0", "0", true},
		"runs already":   {"2", "0", true},
		"cannot":         {"1", "0", false},
		"runs no longer": {"2", "1", false},
	} {
		dir := t.TempDir()
		for program, code := range map[string]string{"wineserver": row.wineserver, "wine": row.wine} {
			if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\nexit "+code+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("PATH", dir)
		if err := (&Bench{}).boot(t.Context()); (err == nil) != row.starts {
			t.Errorf("%s: %v", name, err)
		}
	}
}
