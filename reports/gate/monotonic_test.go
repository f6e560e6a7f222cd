package gate_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: a further result makes a decision stricter or leaves it, unless
// it is the one that was missing. FAIL and PASS have nothing missing.
// Turned red by: letting a later PASS replace an earlier FAIL, or a MISS.
func TestMoreIsNeverMilder(t *testing.T) {
	seen := map[result.Verdict]int{}
	for seed := range uint64(20000) {
		d := dice{rand.New(rand.NewPCG(seed, 2))}
		before := d.report()
		after, filled := d.add(before)
		was, is := gate.Decide(before).Verdict, gate.Decide(after).Verdict
		seen[was]++
		if strict(is) < strict(was) && (!filled || was == result.Fail) {
			t.Fatalf("seed %d: %s became %s by adding to\n%+v\nwhich is now\n%+v", seed, was, is, before, after)
		}
	}
	for _, v := range []result.Verdict{result.Pass, result.Fail, result.Miss} {
		if seen[v] < 100 {
			t.Errorf("only %d reports were %s: the dice prove too little", seen[v], v)
		}
	}
}

// Requirement: a pass needs every required result. Turned red by: judging only
// what is there.
func TestLessIsNeverPass(t *testing.T) {
	for seed := range uint64(20000) {
		d := dice{rand.New(rand.NewPCG(seed, 3))}
		r := d.report()
		if gate.Decide(r).Verdict != result.Pass {
			continue
		}
		for i, p := range r.Plan.Cells {
			if !p.Runs() {
				continue
			}
			less := r
			less.Cells = slices.DeleteFunc(slices.Clone(r.Cells), func(c result.Cell) bool { return c.ID == p.ID })
			if got := gate.Decide(less).Verdict; got != result.Miss {
				t.Fatalf("seed %d: without planned cell %d it is %s", seed, i, got)
			}
		}
	}
}

func strict(v result.Verdict) int {
	return slices.Index([]result.Verdict{result.Pass, result.Miss, result.Fail}, v)
}

// dice make small reports, mostly healthy ones so that all verdicts come up.
type dice struct{ *rand.Rand }

func (d dice) verdict() result.Verdict {
	odd := []result.Verdict{result.Fail, result.Error, result.Miss, result.Skip, "", "ODD"}
	if d.IntN(12) > 0 {
		return result.Pass
	}
	return odd[d.IntN(len(odd))]
}

func (d dice) cell(id string) result.Cell {
	c := result.Cell{ID: id, Kind: result.KindPCSCD, Verdict: d.verdict(), Reason: []string{"", "why"}[d.IntN(2)]}
	for _, s := range []string{"s.one", "s.two"} {
		if d.IntN(10) > 0 {
			c.Specs = append(c.Specs, result.Spec{ID: s, Verdict: d.verdict()})
		}
	}
	return c
}

func (d dice) report() result.Report {
	var r result.Report
	for _, id := range []string{"a", "b"} {
		p := result.PlannedCell{ID: id, Kind: result.KindPCSCD, Required: []string{"s.one"}}
		if d.IntN(8) == 0 {
			p.Excluded = "not today"
		}
		r.Plan.Cells = append(r.Plan.Cells, p)
		if d.IntN(10) > 0 {
			r.Cells = append(r.Cells, d.cell(id))
		}
	}
	return r
}

// add adds a cell or a spec and says whether that filled a gap.
func (d dice) add(r result.Report) (result.Report, bool) {
	r.Cells = slices.Clone(r.Cells)
	if len(r.Cells) == 0 || d.IntN(2) == 0 {
		id := []string{"a", "b", "unplanned"}[d.IntN(3)]
		_, there := r.Cell(id)
		r.Cells = append(r.Cells, d.cell(id))
		return r, !there
	}
	i := d.IntN(len(r.Cells))
	id := []string{"s.one", "s.two", "s.new"}[d.IntN(3)]
	_, there := r.Cells[i].Spec(id)
	r.Cells[i].Specs = append(slices.Clone(r.Cells[i].Specs), result.Spec{ID: id, Verdict: d.verdict()})
	return r, !there
}
