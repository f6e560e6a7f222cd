package proof_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/conformance/proof"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// made is a check of a card alone that is red with these faults of its cell.
func made(id string, red func(faults int) bool) suite.Check {
	return suite.Check{
		ID: "card." + id, Requires: []target.Feature{target.Card}, Proof: "card.atr-unknown", Because: "faults",
		Run: func(_ context.Context, t *target.Target) error {
			if red(len(t.Faults)) {
				return fmt.Errorf("the cell has %d faults", len(t.Faults))
			}
			return nil
		},
	}
}

// Requirement: a check that is red without its fault is unproven, though it is red
// for its reason with it, and the words name what it said without; one that is
// green without its fault is proven beside it, and no fault is blamed for the
// other. Source: issue, "Mutation proof". Turned red by: a proof that never opens a
// cell without a fault, or that forgets what was red there; one red check that
// makes its neighbours unproven.
func TestRedWithoutItsFault(t *testing.T) {
	always := made("always-red", func(int) bool { return true })
	honest := made("honest", func(faults int) bool { return faults > 0 })
	other := made("other", func(int) bool { return true })
	other.Proof, other.Because = "card.garbage", "faults"
	all := []suite.Check{always, honest, other}
	table := proof.Make(t.Context(), proof.Plan{All: all, Prove: all[:2], Every: 1, Cells: 2})
	without := fmt.Sprintf("red without its fault in %s: the cell has 0 faults", table.Healthy[0].Cell)
	for i, want := range []string{without, ""} {
		if r := table.Rows[i]; r.Without != want || r.Red != (want == "") || r.Said != "the cell has 1 faults" {
			t.Errorf("%+v, want without %q", r, want)
		}
	}
	said := strings.Join(table.Wrong(), "\n")
	for _, want := range []string{"card.always-red is unproven by card.atr-unknown: " + without, "card.other is red without a fault in"} {
		if !strings.Contains(said, want) {
			t.Errorf("says %q, want %q", said, want)
		}
	}
	if strings.Contains(said, "honest") {
		t.Errorf("says %q of an honest check", said)
	}
	if e := table.Effects[0]; strings.Join(e.Red, " ") != "card.honest" {
		t.Errorf("%s is blamed for %v", e.Fault, e.Red)
	}
}

// Requirement: a check that no cell judged without its fault is unproven: green
// means it ran. Source: issue, "Mutation proof". Turned red by: taking silence for
// green.
func TestNotJudgedWithoutItsFault(t *testing.T) {
	c := made("honest", func(faults int) bool { return faults > 0 })
	table := proof.Make(t.Context(), proof.Plan{Prove: []suite.Check{c}, Cells: 1})
	if r := table.Rows[0]; r.Red || r.Without != "not judged without its fault" || len(table.Wrong()) == 0 {
		t.Errorf("%+v, wrong is %v", r, table.Wrong())
	}
}

// Requirement: one cell is opened once without a fault, however many faults and
// moments it is opened with. Source: issue, "make proof" is run before a release.
// Turned red by: a healthy run for each check or each fault.
func TestOneHealthyRunPerCell(t *testing.T) {
	runs := 0
	counted := func(faults int) bool {
		if faults == 0 {
			runs++
		}
		return faults > 0
	}
	first, second := made("first", counted), made("second", counted)
	first.Proof, second.Proof = "card.atr-unknown:power=1", "card.atr-unknown:power=2"
	all := []suite.Check{first, second}
	table := proof.Make(t.Context(), proof.Plan{All: all, Prove: all, Cells: 1})
	if len(table.Healthy) != 1 || table.Healthy[0].Judged != 2 || runs != 2 || len(table.Wrong()) != 0 {
		t.Errorf("%d checks ran without a fault in %+v, wrong is %v", runs, table.Healthy, table.Wrong())
	}
}

// Requirement: what is written is what a report takes, the cells without a fault
// too. Source: reports/result, Proof. Turned red by: a field of one that the other
// does not know.
func TestTableIsProof(t *testing.T) {
	table := proven()
	table.Healthy[0] = proof.Health{Cell: "c", Judged: 2, Red: []proof.Sick{{Spec: "card.opens", Said: "6A82"}}, Error: "no"}
	table.Rows[0].Without = "red without its fault in c: 6A82"
	raw, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	p, err := result.ReadProof(bytes.NewReader(raw))
	if err != nil || len(p.Healthy) != 1 || p.Healthy[0].Red[0].Said != "6A82" || strings.Join(p.Unproven(), " ") != "card.opens" {
		t.Errorf("%+v, %v", p, err)
	}
	var b strings.Builder
	if err := table.Markdown(&b); err != nil || !strings.Contains(b.String(), "| card.opens | card.shut | unproven, red without its fault in c: 6A82 |") || !strings.Contains(b.String(), "| c | 2 | card.opens, the cell does not open or close: no |") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
