package conformance_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/card"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/provider"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// cells is the matrix in process: every series the agent knows.
func cells() []target.File {
	return append([]target.File{target.FullPIV(iso7816.T0), target.FullPIV(iso7816.T1)}, whole()...)
}

// whole are the cells with an agent: every series on both protocols.
func whole() []target.File {
	var out []target.File
	for _, d := range series.All() {
		for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
			out = append(out, target.InProcess(d.Series, p))
		}
	}
	return out
}

// slots bounds how many cells run at once.
var slots = make(chan struct{}, 2*runtime.GOMAXPROCS(0))

func open(t *testing.T, f target.File) *target.Target {
	t.Helper()
	slots <- struct{}{}
	t.Cleanup(func() { <-slots })
	opened, err := target.Open(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened
}

// Requirement: without a fault every check of every cell is PASS, or SKIP with
// a reason. Source: design §6. Turned red by: any bug in agent, card or
// provider that a check can see.
func TestHealthyCells(t *testing.T) {
	for _, f := range cells() {
		t.Run(f.Cell, func(t *testing.T) {
			t.Parallel()
			opened := open(t, f)
			for _, c := range catalogue.All() {
				s := judge.One(context.Background(), c, opened, judge.Limits{})
				if s.Verdict != result.Pass && (s.Verdict != result.Skip || s.Reason == "") {
					t.Errorf("%s %s: %s", s.Verdict, s.ID, s.Reason)
				}
			}
		})
	}
}

// Requirement: each check goes red for the fault it names, and for the reason
// it names. Source: design §6, "the fault that proves it can fail". Turned red
// by: a check that asks nothing.
func TestProofs(t *testing.T) {
	for _, c := range catalogue.All() {
		if c.Proof == "" {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			prove(t, c)
		})
	}
}

// Requirement: no fault proves more than ten checks of the card, nor of the
// provider, or the proofs say little about each. Source: issue, "a suite that can fail for its own
// reason". Turned red by: proving a whole family with one broken answer.
func TestProofsAreSpread(t *testing.T) {
	proves := map[string][]string{}
	for _, c := range append(card.Checks(), provider.Checks()...) {
		proves[c.Proof] = append(proves[c.Proof], c.ID)
	}
	for fault, checks := range proves {
		if fault == "" || len(checks) > 10 {
			t.Errorf("%q is the proof of %d checks: %v", fault, len(checks), checks)
		}
	}
}

func prove(t *testing.T, c suite.Check) {
	if slices.Contains(c.Requires, target.Browser) && chromium() == "" {
		t.Skip("no Chromium on this machine")
	}
	if slices.Contains(c.Requires, target.OtherUser) && os.Geteuid() != 0 {
		t.Skip("only root can be another user")
	}
	f, err := cellFor(c)
	if err != nil {
		t.Fatal(err)
	}
	f.Faults = []string{c.Proof}
	if onCardAlone(c) {
		f.Features = slices.DeleteFunc(f.Features, func(x target.Feature) bool { return !target.OnCard(x) })
	}
	s := judge.One(context.Background(), c, open(t, f), judge.Limits{})
	if s.Verdict != result.Fail {
		t.Fatalf("%s with %s on: %s %s", c.ID, c.Proof, s.Verdict, s.Reason)
	}
	if c.Because == "" || !strings.Contains(s.Reason, c.Because) {
		t.Errorf("%s with %s on is red for another reason than %q: %s", c.ID, c.Proof, c.Because, s.Reason)
	}
}

// onCardAlone reports whether a check wants nothing but a card on a bench: its
// cell then starts no provider and no agent, which the check could not see.
func onCardAlone(c suite.Check) bool {
	return !slices.ContainsFunc(c.Requires, func(x target.Feature) bool { return !target.OnCard(x) })
}

// chromium is the path of one, or empty.
func chromium() string {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return ""
	}
	return path
}

// cellFor is the last cell that claims what the check requires and shows its
// fault.
func cellFor(c suite.Check) (target.File, error) {
	fault, err := target.FaultByID(c.Proof)
	if err != nil {
		return target.File{}, fmt.Errorf("%s: %w", c.ID, err)
	}
	var found *target.File
	for _, f := range cells() {
		if path := chromium(); path != "" {
			f.Browser, f.Features = path, append(f.Features, target.Browser)
		}
		if len(f.Missing(c.Requires)) == 0 && fault.Shows(f) {
			found = &f
		}
	}
	if found == nil {
		return target.File{}, fmt.Errorf("no package cell can show %s to %s", c.Proof, c.ID)
	}
	return *found, nil
}
