package windows_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// cells are the cards in the reader; between them they have both protocols.
var cells = []job{
	{Kind: "judge", Series: "8", Protocol: "T0", Holder: "555000000017"},
	{Kind: "judge", Series: "9", Protocol: "T1", Holder: "555000000025"},
}

// specs are what the agent program is responsible for, and what the provider
// then says about the person.
var specs = []string{"agent.*", "sign*", "provider.assurance-levels", "provider.amr"}

// Requirement: the Windows program, of both word sizes, signs in with cards of
// series 8 and 9, and does with wrong passcodes, cards that are pulled out and
// empty readers what the Linux program does. Source: issue, "Must show".
// Turned red by: whatever turns the same specs red on Linux, and by anything in
// the agent that only works there.
func TestSignsIn(t *testing.T) {
	for _, arch := range []string{"amd64", "386"} {
		for _, j := range cells {
			t.Run(arch+"-series"+j.Series, func(t *testing.T) {
				j.Filters = specs
				var found []result.Spec
				visit(t, arch, j, &found, "--pcscd")
				report(t, found)
			})
		}
	}
}

// report makes a test of every spec that the cell claims; what it does not
// claim, it says.
func report(t *testing.T, found []result.Spec) {
	for _, s := range found {
		if s.Verdict == result.Skip {
			t.Logf("not claimed in the box: %s: %s", s.ID, s.Reason)
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			t.Log(s.Elapsed)
			if s.Verdict != result.Pass {
				t.Errorf("%s: %s", s.Verdict, s.Reason)
			}
		})
	}
}
