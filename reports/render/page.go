package render

import (
	"html/template"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// page is what the template of a report sees.
type page struct {
	frame
	result.Report
	Word, Sentence string
	InProcess      string
	Matrix         matrix
	Heat           heat
	Suites         []suiteTable
	Cells          []cellRow
	Red            []red
	RedMore        int // red results beyond those in Red
	Plan           []planned
	Features       []featureRow
	Skipped        []skipped
	Flakes         []flakes
	Waivers        []waived
	Proof          *proof
	Sources        []string
	Data           template.HTML
}

func newPage(r result.Report) (page, error) {
	p := page{frame: newFrame(script), Report: r, InProcess: InProcess, Matrix: grid(r)}
	p.Word, p.Sentence = word(r.Verdict.Verdict)
	p.Suites = suitesOf(r)
	p.Heat = heatOf(r, p.Suites)
	p.Sources = sources(r)
	p.Red, p.RedMore = reds(r)
	for _, c := range r.Cells {
		p.Cells = append(p.Cells, newCellRow(r, c))
	}
	for _, c := range r.Plan.Cells {
		p.Plan = append(p.Plan, newPlanned(r, c))
	}
	p.Features, p.Skipped = featuresOf(r), skips(r)
	p.Flakes, p.Waivers, p.Proof = flakesOf(r), waivedOf(r), proofOf(r)
	data, err := packed(r)
	p.Data = template.HTML(`<script type="text/plain" id="data">` + data + `</script>`) // base64 only
	return p, err
}

// cellRow is one cell with its anchor.
type cellRow struct {
	result.Cell
	Anchor  string
	Package bool
	Counts  result.Counts
}

func newCellRow(_ result.Report, c result.Cell) cellRow {
	return cellRow{Cell: c, Anchor: "cell-" + c.ID, Package: c.Kind == result.KindPackage, Counts: c.Count()}
}

type planned struct {
	result.PlannedCell
	Passed  int
	Ran     bool
	Missing []string
}

func newPlanned(r result.Report, c result.PlannedCell) planned {
	p := planned{PlannedCell: c, Missing: c.Missing(r)}
	cell, ran := r.Cell(c.ID)
	p.Ran = ran
	passed := map[string]bool{}
	for _, s := range cell.Specs {
		passed[s.ID] = s.Verdict == result.Pass
	}
	for _, id := range c.Required {
		if passed[id] {
			p.Passed++
		}
	}
	return p
}

// red is something that is neither PASS nor SKIP, in these cells in the same
// way.
type red struct {
	Spec, Title, Reason string
	Verdict             result.Verdict
	Cells               []string
	Reproduce           string
	Waiver              *result.Waiver
}

// mostRed is how many different red results the page shows with their reasons
// before it refers to the tables. More than that is one cause, not many.
const mostRed = 200

func reds(r result.Report) (all []red, more int) {
	add := func(one red) {
		for i, other := range all {
			if other.Spec == one.Spec && other.Verdict == one.Verdict && other.Reason == one.Reason && (other.Waiver == nil) == (one.Waiver == nil) {
				all[i].Cells = append(other.Cells, one.Cells...)
				return
			}
		}
		all = append(all, one)
	}
	for _, c := range r.Cells {
		if v := c.Verdict.Counted(); v.Red() && c.Beyond() {
			add(red{Verdict: v, Reason: c.Reason, Cells: []string{c.ID}, Reproduce: c.Reproduce})
		}
		for _, s := range c.Specs {
			if v := s.Verdict.Counted(); v.Red() {
				add(red{s.ID, s.Title, s.Reason, v, []string{c.ID}, reproduce(c, s.ID), waiver(r, c.ID, s.ID)})
			}
		}
	}
	worst := []result.Verdict{result.Fail, result.Error, result.Miss}
	slices.SortStableFunc(all, func(a, b red) int {
		return slices.Index(worst, a.Verdict) - slices.Index(worst, b.Verdict)
	})
	if len(all) > mostRed {
		return all[:mostRed], len(all) - mostRed
	}
	return all, 0
}

func waiver(r result.Report, cell, spec string) *result.Waiver {
	if w, ok := r.Waived(cell, spec); ok {
		return &w
	}
	return nil
}

// reproduce is the command for one spec in one cell. Only our own command knows
// how to leave the others out.
func reproduce(c result.Cell, spec string) string {
	if strings.Contains(c.Reproduce, "hil run ") {
		return c.Reproduce + " --only " + spec
	}
	return c.Reproduce
}

// flakes are those of one kind.
type flakes struct {
	Of  string // in words
	All []result.Flake
}

func flakesOf(r result.Report) []flakes {
	var all []flakes
	for _, k := range []struct{ of, words string }{
		{result.OfProduct, "Of the product: it failed and it passed. That is a FAIL"},
		{result.OfBench, "Of the bench: it broke, and in another attempt it held"},
		{result.OfTest, "Of the test: it broke, and in another attempt it did not"},
	} {
		f := flakes{Of: k.words}
		for _, one := range r.Flakes {
			if one.Of == k.of {
				f.All = append(f.All, one)
			}
		}
		if len(f.All) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// waived is a waiver with what it is worth in this run.
type waived struct {
	result.Waiver
	State string
}

func waivedOf(r result.Report) []waived {
	var all []waived
	for _, w := range r.Waivers {
		state := "covers nothing that is red here"
		switch {
		case w.Check() != nil:
			state = w.Check().Error()
		case !r.End.Before(w.Until):
			state = "expired: it is no waiver"
		case covers(r, w):
			state = "in force"
		}
		all = append(all, waived{w, state})
	}
	return all
}

func covers(r result.Report, w result.Waiver) bool {
	for _, c := range r.Cells {
		if s, ok := c.Spec(w.Spec); ok && s.Verdict.Counted().Red() && w.Covers(c.ID, w.Spec, r.End) {
			return true
		}
	}
	return false
}
