package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func (f *findings) plan(p result.Plan) {
	required := slices.DeleteFunc(slices.Clone(p.Cells), func(c result.PlannedCell) bool { return !c.Runs() })
	if len(required) == 0 {
		f.open("The plan requires no cell.")
	}
}

// ofProgram leaves a plan open that requires no cell of a kind that counts for a
// program. A release says which program; see programs.
func (f *findings) ofProgram(p result.Plan) {
	counts := func(c result.PlannedCell) bool {
		return c.Runs() && (c.Kind == result.KindPCSCD || c.Kind == result.KindWindows)
	}
	if slices.ContainsFunc(p.Cells, result.PlannedCell.Runs) && !slices.ContainsFunc(p.Cells, counts) {
		f.open("The plan requires no cell of kind pcscd or windows, and others say nothing about the agent program.")
	}
}

func (f *findings) planned(p result.PlannedCell, r result.Report) {
	if !p.Runs() {
		if strings.TrimSpace(p.Excluded) == "" {
			f.open("Cell ", p.ID, " is excluded without a reason.")
		}
		return
	}
	if len(p.Required) == 0 {
		f.open("Cell ", p.ID, " is planned without a required spec.")
	}
	cells := r.Attempts(p.ID)
	if len(cells) == 0 {
		f.open("Cell ", p.ID, " is planned and has no result.")
		return
	}
	if len(cells) > 1 {
		f.open("Cell ", p.ID, " has more than one result.")
	}
	for _, c := range cells {
		f.fits(p, c)
	}
}

// fits compares one result with its plan.
func (f *findings) fits(p result.PlannedCell, c result.Cell) {
	if c.Kind != p.Kind {
		f.open(fmt.Sprintf("Cell %s is planned as %q and ran as %q.", p.ID, p.Kind, c.Kind))
	}
	if c.Fault != "" {
		f.open("Cell ", c.ID, " ran with fault ", c.Fault, " switched on, so what passed there proves nothing.")
	}
	if c.Verdict == result.Skip {
		f.open("Cell ", c.ID, " is required and was skipped: ", result.FirstLine(c.Reason), ".")
	}
	for _, id := range p.Required {
		s, ok := c.Spec(id)
		switch {
		case !ok:
			f.open("Cell ", c.ID, ", spec ", id, " is required and has no result.")
		case s.Verdict == result.Skip:
			f.open("Cell ", c.ID, ", spec ", id, " is required and was skipped: ", result.FirstLine(s.Reason), ".")
		}
	}
}
