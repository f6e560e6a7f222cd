package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: beside a card that does not answer nothing is run; that is trouble of
// the bench, 2, and what to do is said. Source: the exit codes in hil --help. Turned
// red by: another exit code, a wait that ends without the reason, running the
// command, or taking a card that answers for a mute one.
func TestExecBesideAMuteCard(t *testing.T) {
	programs := bench.Programs{}
	if _, err := programs.System(bench.PCSCD); err != nil {
		t.Skip(err)
	}
	if _, err := programs.Driver(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	t.Setenv(asProgram, "1") // for the half of it that is inside namespaces
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/", "github.com/smartcard-connect/smartcard-connect/emu/cmd/cardemu").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, row := range []struct {
		profile string
		code    int
		says    []string
		ran     bool
	}{
		{"mute", result.ExitInconclusive, []string{"reader Virtual PCD 00 00: the card does not answer to reset", "'cardemu profiles' lists", "--empty"}, false},
		{"series9", result.ExitPass, nil, true},
	} {
		mark := dir + "/" + row.profile
		code, said := hil(t, "exec", "--bin", dir, "--profile", row.profile, "--", "touch", mark)
		if strings.Contains(said, namespace.ErrUnavailable.Error()) {
			t.Skip(said)
		}
		_, err := os.Stat(mark)
		if code != row.code || (err == nil) != row.ran {
			t.Errorf("%s: exit %d, ran %v\n%s", row.profile, code, err == nil, said)
		}
		for _, want := range row.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: without %q\n%s", row.profile, want, said)
			}
		}
	}
}
