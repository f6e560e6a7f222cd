package gate

import "github.com/smartcard-connect/smartcard-connect/reports/result"

// ran weighs one cell by itself, planned or not.
func (f *findings) ran(c result.Cell) {
	f.twice(c)
	broken := c.Verdict == result.Miss && c.Reason != ""
	n := len(f.fails)
	for _, s := range c.Specs {
		f.spec(c, s, broken)
	}
	why := result.FirstLine(c.Reason) + "."
	switch c.Verdict.Counted() {
	case result.Fail:
		if len(f.fails) == n { // no spec has said it
			f.fail("Cell ", c.ID, " failed: ", why)
		}
	case result.Error:
		f.open("Cell ", c.ID, " broke in the test: ", why)
	case result.Miss:
		f.open("Cell ", c.ID, " missed its bench: ", why)
	}
}

func (f *findings) spec(c result.Cell, s result.Spec, broken bool) {
	name, why := "Cell "+c.ID+", spec "+s.ID, result.FirstLine(s.Reason)+"."
	switch s.Verdict.Counted() {
	case result.Fail:
		if broken {
			f.open(name, " was red on a broken bench: ", why)
			return
		}
		f.fail(name, " failed: ", why)
	case result.Error:
		f.open(name, " broke in the test: ", why)
	case result.Miss:
		f.open(name, " missed its bench: ", why)
	}
}

// twice refuses a second result for one spec of a cell.
func (f *findings) twice(c result.Cell) {
	for _, s := range c.Specs {
		if len(c.Attempts(s.ID)) > 1 {
			f.open("Cell ", c.ID, ", spec ", s.ID, " has more than one result.")
		}
	}
}
