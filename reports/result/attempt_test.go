package result_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// cellOf makes a cell from its specs: "card.one=PASS card.two=FAIL".
func cellOf(id string, specs string) result.Cell {
	c := result.Cell{ID: id}
	for _, f := range strings.Fields(specs) {
		name, v, _ := strings.Cut(f, "=")
		c.Specs = append(c.Specs, result.Spec{ID: name, Verdict: result.Verdict(v), Reason: "said " + v})
	}
	c.Verdict = result.Judge(c.Specs)
	return c
}

// Requirement: a FAIL stays a FAIL however often it is tried again; what the
// bench or the test spoiled is as its best attempt says; both attempts are kept,
// and flakes of product, bench and test are apart. Source: issue 6 point 5; facts
// on rigs section 6.3. Turned red by: taking the last attempt's verdict.
func TestAgain(t *testing.T) {
	for _, c := range []struct {
		first, second string
		want          result.Verdict
		flake         string
	}{
		{"FAIL", "PASS", result.Fail, result.OfProduct},
		{"PASS", "FAIL", result.Fail, result.OfProduct},
		{"FAIL", "FAIL", result.Fail, ""},
		{"FAIL", "MISS", result.Fail, ""},
		{"MISS", "PASS", result.Pass, result.OfBench},
		{"PASS", "MISS", result.Pass, result.OfBench},
		{"ERROR", "PASS", result.Pass, result.OfTest},
		{"MISS", "ERROR", result.Error, ""},
		{"PASS", "PASS", result.Pass, ""},
		{"SKIP", "SKIP", result.Skip, ""},
	} {
		t.Run(c.first+" "+c.second, func(t *testing.T) {
			both := cellOf("a", "x.y="+c.first).Again(cellOf("a", "x.y="+c.second))
			s := both.Specs[0]
			if s.Verdict != c.want || len(s.Attempts) != 2 || s.Attempts[0].Verdict != result.Verdict(c.first) || s.Attempts[1].Verdict != result.Verdict(c.second) {
				t.Errorf("got %+v", s)
			}
			got := ""
			for _, f := range (result.Report{Cells: []result.Cell{both}}).Unsteady() {
				if f.Spec == "x.y" {
					got = f.Of
				}
			}
			if got != c.flake {
				t.Errorf("it is a flake of %q, want %q", got, c.flake)
			}
		})
	}
}

// Requirement: a cell's own word counts too: one that failed to start stays
// failed, one that was never built is as its second attempt. A spec that one
// attempt lacks is kept. Turned red by: judging by the specs alone.
func TestAgainCell(t *testing.T) {
	passed := cellOf("a", "x.y=PASS x.z=PASS")
	broken := result.Cell{ID: "a", Verdict: result.Miss, Reason: "no reader"}
	dead := result.Cell{ID: "a", Verdict: result.Fail, Reason: "it did not start"}
	for _, c := range []struct {
		name          string
		first, second result.Cell
		want          result.Verdict
		specs         int
	}{
		{"bench, then all", broken, passed, result.Pass, 2},
		{"dead, then all", dead, passed, result.Fail, 2},
		{"all, then dead", passed, dead, result.Fail, 2},
		{"some, then bench", cellOf("a", "x.y=PASS x.z=MISS"), broken, result.Miss, 2},
		{"a third attempt", broken.Again(broken), passed, result.Pass, 2},
	} {
		got := c.first.Again(c.second)
		if got.Verdict != c.want || len(got.Specs) != c.specs || len(got.Tried) < 2 {
			t.Errorf("%s: %s, %d specs, %d attempts; want %s", c.name, got.Verdict, len(got.Specs), len(got.Tried), c.want)
		}
	}
}

// Requirement: a waiver names spec, cells, reason, who and an end; it covers what
// it names until then and not a moment longer. Source: issue 6 points 5 and 7.
// Turned red by: comparing with After; a pattern for specs.
func TestWaiver(t *testing.T) {
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	w := result.Waiver{Spec: "card.one", Cells: "series9-*", Reason: "known", Who: "card team", Until: end}
	for _, c := range []struct {
		name       string
		change     func(*result.Waiver)
		cell, spec string
		at         time.Time
		want       bool
	}{
		{"named", nil, "series9-T1-pcscd", "card.one", end.Add(-1), true},
		{"not yet", func(w *result.Waiver) { w.Issued = end.Add(-1) }, "series9-T1-pcscd", "card.one", end.Add(-2), false},
		{"over", nil, "series9-T1-pcscd", "card.one", end, false},
		{"other cell", nil, "series8-T1-pcscd", "card.one", end.Add(-1), false},
		{"other spec", nil, "series9-T1-pcscd", "card.two", end.Add(-1), false},
		{"no pattern of specs", func(w *result.Waiver) { w.Spec = "card.*" }, "series9-T1-pcscd", "card.one", end.Add(-1), false},
		{"nobody", func(w *result.Waiver) { w.Who = " " }, "series9-T1-pcscd", "card.one", end.Add(-1), false},
		{"no reason", func(w *result.Waiver) { w.Reason = "" }, "series9-T1-pcscd", "card.one", end.Add(-1), false},
		{"bad pattern", func(w *result.Waiver) { w.Cells = "[" }, "[", "card.one", end.Add(-1), false},
		{"no end", func(w *result.Waiver) { w.Until = time.Time{} }, "series9-T1-pcscd", "card.one", time.Time{}.Add(-1), false},
	} {
		w := w
		if c.change != nil {
			c.change(&w)
		}
		if got := w.Covers(c.cell, c.spec, c.at); got != c.want {
			t.Errorf("%s: covers is %v", c.name, got)
		}
	}
	if _, err := result.ReadWaivers(strings.NewReader(`{"schema":1,"waivers":[{"spec":"card.one","cells":"*","reason":"r","who":"","until":"2026-12-01T00:00:00Z"}]}`)); !errors.Is(err, result.ErrWaiver) {
		t.Errorf("a file with a waiver of nobody gives %v", err)
	}
	if all, err := result.ReadWaivers(strings.NewReader(`{"schema":1,"waivers":[{"spec":"card.one","cells":"*","reason":"r","who":"w","until":"2026-12-01T00:00:00Z"}]}`)); err != nil || len(all) != 1 {
		t.Errorf("a sound file gives %v, %v", all, err)
	}
}

// Requirement: a proof says which specs were not seen red, and is read as
// strictly as a report. Turned red by: counting red for another reason, or red
// without a fault.
func TestProof(t *testing.T) {
	p, err := result.ReadProof(strings.NewReader(`{"rows":[{"spec":"a","fault":"f","red":true},{"spec":"b","fault":"f","red":false,"skipped":"no TPM"},{"spec":"c","red":true},{"spec":"d","fault":"f","red":false},{"spec":"e","fault":"f","red":true,"without":"red without its fault in c: 6A82"}],"healthy":[{"cell":"c","judged":4,"red":[{"spec":"e","said":"6A82"}]}],"effects":[{"fault":"f","judged":4,"red":["a"],"proves":["a"]}]}`))
	if err != nil || strings.Join(p.Unproven(), " ") != "b c d e" || p.Effects[0].Green() != 3 {
		t.Errorf("unproven are %v, %v", p.Unproven(), err)
	}
	if _, err := result.ReadProof(strings.NewReader(`{"rows":[],"faults":[]}`)); err == nil {
		t.Error("an unknown name is taken")
	}
}
