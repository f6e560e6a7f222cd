package conformance_test

import (
	"context"
	"runtime"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/proof"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func cells() []target.File { return proof.Cells() }

func whole() []target.File { return proof.Whole() }

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

// Requirement: each check names a fault, and goes red for it and for the reason
// it names; what it says then holds something that it saw, a number or a quoted
// value; and no fault proves more than ten checks. Source: issue, "every spec
// has been seen red for its own fault". Turned red by: a check that asks nothing;
// one without a proof; a text that is the same whatever is wrong.
func TestProofs(t *testing.T) {
	table := proof.Make(t.Context(), proof.Plan{All: catalogue.All(), Prove: catalogue.All(), Cells: cap(slots)})
	for _, s := range table.Wrong() {
		t.Error(s)
	}
	for _, r := range table.Rows {
		if r.Skipped != "" {
			t.Logf("%s: not shown here: %s", r.Spec, r.Skipped)
		}
	}
	t.Log(table.Summary())
}

// Requirement: a fault leaves at least 80 % of the other checks of its cell
// green, or red says little. This takes each fortieth; `make proof` takes all.
// Source: issue, "must show". Turned red by: a fault that breaks whatever is
// asked.
func TestFaultsLeaveOthersGreen(t *testing.T) {
	all := catalogue.All()
	ids, proves := proof.Faults(all)
	for i := 0; i < len(ids); i += 40 {
		t.Run(ids[i], func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			e := proof.Of(t.Context(), ids[i], proves[ids[i]], all, true)
			for _, s := range (proof.Table{Effects: []proof.Effect{e}}).Wrong() {
				t.Errorf("%s in %s: %v", s, e.Cell, e.Red)
			}
		})
	}
}

// Requirement: specs that count as green because they do not meet the card are
// green without a card. This takes each fourth. Source: conformance/README.md,
// "What proves what". Turned red by: a provider's spec that takes to the card.
func TestUnmetIsGreen(t *testing.T) {
	t.Parallel()
	whole := target.InProcess("9", iso7816.T1)
	unmet := slices.DeleteFunc(catalogue.All(), func(c suite.Check) bool {
		return proof.Meets("card.garbage", c) || len(whole.Missing(c.Requires)) > 0
	})
	without := target.InMode("")
	without.Features = nil
	for _, c := range unmet {
		without.Features = append(without.Features, c.Requires...)
	}
	cell := open(t, without)
	for n := 0; n < len(unmet); n += 4 {
		if s := judge.One(t.Context(), unmet[n], cell, judge.Limits{}); s.Verdict != result.Pass {
			t.Errorf("%s %s: %s", s.Verdict, s.ID, s.Reason)
		}
	}
	if len(unmet) == 0 {
		t.Error("every spec meets the card")
	}
}
