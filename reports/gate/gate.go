// Package gate says whether a release may ship: a report in, a decision out.
//
// The rules, in the order of their weight:
//
//   - A FAIL anywhere, planned or not, is FAIL. Only a cell whose bench was
//     found broken (verdict MISS, with a reason) does not hold its failures
//     against the product; it is inconclusive.
//   - Each planned cell that is not excluded has exactly one result, of the
//     planned kind, with verdict PASS and no fault switched on; and each of its
//     required specs has exactly one result there, with verdict PASS.
//   - A MISS, an ERROR or an unknown verdict anywhere is inconclusive.
//   - A plan without required cells, or with none but package cells, and a run
//     that judged nothing are inconclusive.
//   - An excluded cell needs a reason and counts for nothing.
//
// So a further result can make a decision stricter and never milder, except
// that it may be the one that was missing.
package gate

import (
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Decide applies the rules to what the report holds. A decision already in the
// report has no say.
func Decide(r result.Report) result.Decision {
	var f findings
	f.plan(r.Plan)
	for _, p := range r.Plan.Cells {
		f.planned(p, r)
	}
	for _, c := range r.Cells {
		f.ran(c)
	}
	n := r.Count()
	if n.Executed() == 0 {
		f.open("The run judged no spec at all.")
	}
	v := f.verdict()
	return result.Decision{Verdict: v, Exit: v.Exit(), Reasons: f.reasons(), Counts: n}
}

// findings are sentences: those that fail a release, and those that leave its
// worth open.
type findings struct{ fails, opens []string }

func (f *findings) fail(words ...string) { f.fails = append(f.fails, strings.Join(words, "")) }
func (f *findings) open(words ...string) { f.opens = append(f.opens, strings.Join(words, "")) }

func (f *findings) verdict() result.Verdict {
	switch {
	case len(f.fails) > 0:
		return result.Fail
	case len(f.opens) > 0:
		return result.Miss
	}
	return result.Pass
}

// reasons are the sentences, failures first, each once.
func (f *findings) reasons() []string {
	var once []string
	for _, s := range slices.Concat(f.fails, f.opens) {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}
