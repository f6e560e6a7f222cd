package render

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

//go:embed history.html.tmpl
var historyText string

// historyPage is what the template sees.
type historyPage struct {
	frame
	Runs     []result.Label
	Cells    []drawn
	Unsteady []drawn // specs that were not full in every run
	Steady   []string
}

// drawn is a line of a history with its curve.
type drawn struct {
	result.Line
	Curve curve
}

// curve is a line drawn in a box of 160 by 24 with a margin of 4. A run in
// which nothing was judged leaves a gap.
type curve struct {
	Words string
	Parts []string // points of each unbroken part
	Dots  []dot
}

type dot struct {
	X, Y float64
	Low  bool
}

// History writes a page about how cells and specs fared over several runs. It
// has no script.
func History(w io.Writer, h result.History) error {
	p := historyPage{frame: newFrame(""), Runs: h.Runs}
	for _, l := range h.Cells {
		p.Cells = append(p.Cells, drawn{l, newCurve(l)})
	}
	for _, l := range h.Specs {
		if l.Steady() {
			p.Steady = append(p.Steady, l.ID)
			continue
		}
		p.Unsteady = append(p.Unsteady, drawn{l, newCurve(l)})
	}
	return execute(w, historyText, p)
}

func newCurve(l result.Line) curve {
	var c curve
	var part, said []string
	for i, r := range l.Rates {
		said = append(said, rateWords(r))
		if r.Of == 0 {
			c.Parts, part = joined(c.Parts, part), nil
			continue
		}
		d := dot{X: 4, Y: 20 - 16*float64(r.Pass)/float64(r.Of), Low: !r.Full()}
		if len(l.Rates) > 1 {
			d.X += 152 * float64(i) / float64(len(l.Rates)-1)
		}
		c.Dots = append(c.Dots, d)
		part = append(part, fmt.Sprintf("%.1f,%.1f", d.X, d.Y))
	}
	c.Parts = joined(c.Parts, part)
	c.Words = "Pass rate of " + l.ID + ", oldest run first: " + strings.Join(said, "; ")
	return c
}

// joined adds a part of a curve, unless it is a single point or none.
func joined(parts, points []string) []string {
	if len(points) < 2 {
		return parts
	}
	return append(parts, strings.Join(points, " "))
}

func rateWords(r result.Rate) string {
	if r.Of == 0 {
		return "not judged"
	}
	return fmt.Sprintf("%d of %d", r.Pass, r.Of)
}

// HistoryText writes the same for a terminal: each run, each cell, and the specs
// that were not full in every run.
func HistoryText(w io.Writer, h result.History) error {
	var t text
	for i, r := range h.Runs {
		t.line("%2d  %s  %s  %s  %s", i+1, r.Start.UTC().Format("2006-01-02 15:04"), r.Verdict, plain(r.Version), plain(r.Name))
	}
	lines := func(title string, all []result.Line) {
		t.line("\n%s:", title)
		for _, l := range all {
			var said []string
			for _, r := range l.Rates {
				said = append(said, rateWords(r))
			}
			t.line("  %s: %s", plain(l.ID), strings.Join(said, ", "))
		}
	}
	lines("cells", h.Cells)
	var odd []result.Line
	for _, l := range h.Specs {
		if !l.Steady() {
			odd = append(odd, l)
		}
	}
	if len(odd) > 0 {
		lines("specs that did not always pass", odd)
	}
	t.line("\n%d specs passed wherever they were judged", len(h.Specs)-len(odd))
	_, err := io.WriteString(w, t.String())
	return err
}
