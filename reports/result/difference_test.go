package result_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func said(list []result.Change) string {
	var all []string
	for _, c := range list {
		all = append(all, fmt.Sprintf("%s %s>%s in %s", c.Spec, c.Was, c.Is, strings.Join(c.Cells, "+")))
	}
	return strings.Join(all, "; ")
}

// Requirement: between two runs, what is newly red, fixed, gone, otherwise
// changed and new is told apart, and the same change in several cells is one.
// Source: issue 6 point 5. Turned red by: comparing counts only; looking only at
// the later run's specs.
func TestCompare(t *testing.T) {
	was := result.Report{Cells: []result.Cell{
		cellOf("a", "s.broke=PASS s.fixed=FAIL s.gone=PASS s.skipped=PASS s.same=PASS"),
		cellOf("b", "s.broke=PASS s.fixed=MISS s.gone=PASS s.skipped=SKIP s.same=PASS"),
		cellOf("lost", "s.same=PASS"),
	}}
	is := result.Report{Cells: []result.Cell{
		cellOf("a", "s.broke=FAIL s.fixed=PASS s.skipped=SKIP s.same=PASS s.new=PASS s.newred=ERROR"),
		cellOf("b", "s.broke=FAIL s.fixed=PASS s.skipped=SKIP s.same=PASS"),
	}}
	d := result.Compare(was, is, "one", "two")
	for _, c := range []struct {
		name, want string
		got        []result.Change
	}{
		{"broken", "s.broke PASS>FAIL in a+b; s.newred >ERROR in a", d.Broken},
		{"fixed", "s.fixed FAIL>PASS in a; s.fixed MISS>PASS in b", d.Fixed},
		{"vanished", "s.gone PASS> in a+b; s.same PASS> in lost", d.Vanished},
		{"changed", "s.skipped PASS>SKIP in a", d.Changed},
		{"appeared", "s.new >PASS in a", d.Appeared},
	} {
		if got := said(c.got); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if d.Unchanged != 3 || !d.Worse() || d.Was.Name != "one" || d.Is.Counts.Fail != 2 {
		t.Errorf("%d unchanged, worse %v, %+v", d.Unchanged, d.Worse(), d.Is)
	}
	if same := result.Compare(is, is, "", ""); same.Worse() || same.Unchanged != 10 {
		t.Errorf("a run differs from itself: %+v", same)
	}
}

// Requirement: a cell that never ran is a difference, though it has no specs; and
// a PASS that is skipped now is worse, a FAIL that is skipped is not.
// Turned red by: comparing specs only.
func TestCompareCells(t *testing.T) {
	up := result.Report{Cells: []result.Cell{{ID: "a", Verdict: result.Pass, Specs: []result.Spec{{ID: "s.x", Verdict: result.Pass}}}}}
	down := result.Report{Cells: []result.Cell{{ID: "a", Verdict: result.Miss, Reason: "no reader"}}}
	d := result.Compare(up, down, "", "")
	if got := said(d.Broken) + "|" + said(d.Vanished); !strings.HasPrefix(got, " >MISS in a|s.x") || d.Broken[0].Reason != "no reader" {
		t.Errorf("got %q", got)
	}
	back := result.Compare(down, up, "", "")
	if got := said(back.Fixed); !strings.HasPrefix(got, " MISS> in a") || back.Worse() {
		t.Errorf("the way back: %q, worse %v", got, back.Worse())
	}
	skipped := func(v result.Verdict) bool {
		return result.Compare(result.Report{Cells: []result.Cell{cellOf("a", "s.x="+string(v))}}, result.Report{Cells: []result.Cell{cellOf("a", "s.x=SKIP")}}, "", "").Worse()
	}
	if !skipped(result.Pass) || skipped(result.Fail) {
		t.Error("a PASS that is skipped is not worse, or a FAIL is")
	}
}

// Requirement: runs are in the order of their start whatever the order they were
// added in; skipped specs are in no rate, and a run without the spec is a gap.
// Turned red by: order of folder names; counting SKIP as not passed.
func TestHistory(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	run := func(days int, cells ...result.Cell) result.Report {
		return result.Report{Start: at.AddDate(0, 0, days), Cells: cells}
	}
	var h result.History
	h.Add(run(2, cellOf("a", "s.x=FAIL s.y=PASS"), cellOf("b", "s.x=PASS")), "two")
	h.Add(run(1, cellOf("a", "s.x=PASS s.y=SKIP")), "one")
	h.Add(run(3, result.Cell{ID: "a", Verdict: result.Miss}), "three")
	want := `one two three | a [{1 1} {1 2} {0 1}] b [{0 0} {1 1} {0 0}] | s.x [{1 1} {1 2} {0 0}] s.y [{0 0} {1 1} {0 0}]`
	var got []string
	for _, r := range h.Runs {
		got = append(got, r.Name)
	}
	for _, lines := range [][]result.Line{h.Cells, h.Specs} {
		got = append(got, "|")
		for _, l := range lines {
			got = append(got, l.ID, fmt.Sprint(l.Rates))
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if h.Specs[0].Steady() || !h.Specs[1].Steady() {
		t.Error("the wrong spec is steady")
	}
}

// Requirement: what a cell claims and what its specs need beside is told apart.
// Turned red by: leaving out what only skipped specs need.
func TestClaiming(t *testing.T) {
	c := result.Cell{Specs: []result.Spec{{Requires: []string{"card", "pinpad"}}, {Requires: []string{"pinpad", "admin"}}}}.Claiming([]string{"t1", "card", "card"})
	if got := fmt.Sprint(*c.Features); got != "{[card t1] [admin pinpad]}" {
		t.Errorf("got %s", got)
	}
}
