package result

import (
	"slices"
	"time"
)

// Attempt is one go at a spec or at a cell.
type Attempt struct {
	Verdict Verdict       `json:"verdict"`
	Reason  string        `json:"reason,omitempty"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Trace   []Exchange    `json:"trace,omitempty"`
}

// What a flake is of.
const (
	OfProduct = "product" // it failed and passed: the product is unsteady
	OfBench   = "bench"   // the bench broke and then held
	OfTest    = "test"    // the test broke and then did not
)

// Flake is something that was red in one attempt and passed in another. An
// empty Spec is the cell as a whole.
type Flake struct {
	Cell     string    `json:"cell"`
	Spec     string    `json:"spec,omitempty"`
	Of       string    `json:"of"`
	Attempts []Attempt `json:"attempts"` // without their traces, which stand in the spec
}

// Unsteady lists the flakes of a report, in its order.
func (r Report) Unsteady() []Flake {
	var all []Flake
	for _, c := range r.Cells {
		if of := flaky(c.Tried); of != "" {
			all = append(all, Flake{Cell: c.ID, Of: of, Attempts: bare(c.Tried)})
		}
		for _, s := range c.Specs {
			if of := flaky(s.Attempts); of != "" {
				all = append(all, Flake{Cell: c.ID, Spec: s.ID, Of: of, Attempts: bare(s.Attempts)})
			}
		}
	}
	return all
}

// flaky says of what attempts are a flake; empty, they are none. A failure of
// the product outweighs the others.
func flaky(attempts []Attempt) string {
	had := func(v Verdict) bool {
		return slices.ContainsFunc(attempts, func(a Attempt) bool { return a.Verdict.Counted() == v })
	}
	switch {
	case !had(Pass):
		return ""
	case had(Fail):
		return OfProduct
	case had(Error):
		return OfTest
	case had(Miss):
		return OfBench
	}
	return ""
}

func bare(attempts []Attempt) []Attempt {
	all := slices.Clone(attempts)
	for i := range all {
		all[i].Trace = nil
	}
	return all
}

// Again is c after another attempt at the same cell. A FAIL in any attempt stays
// a FAIL, whatever came later: trying again never excuses the product. What only
// the bench or the test had spoiled is as its best attempt says.
func (c Cell) Again(next Cell) Cell {
	out := next
	out.Start, out.Specs = c.Start, nil
	out.Tried = append(c.tried(), next.tried()...)
	for _, s := range c.Specs {
		if n, ok := next.Spec(s.ID); ok {
			s = s.again(n)
		}
		out.Specs = append(out.Specs, s)
	}
	for _, n := range next.Specs {
		if _, ok := c.Spec(n.ID); !ok {
			out.Specs = append(out.Specs, n)
		}
	}
	out.Verdict, out.Reason = together(c, next, Judge(out.Specs))
	return out
}

// together is the verdict of two attempts at a cell whose specs together say v.
func together(c, next Cell, v Verdict) (Verdict, string) {
	switch {
	case c.Verdict == Fail:
		return Fail, c.Reason
	case v == Pass && next.Verdict.Counted() == Pass:
		return Pass, ""
	case next.Verdict.Counted() != Pass:
		return next.Verdict, next.Reason
	}
	return v, c.Reason
}

func (c Cell) tried() []Attempt {
	if len(c.Tried) > 0 {
		return c.Tried
	}
	return []Attempt{{Verdict: c.Verdict, Reason: c.Reason, Elapsed: c.End.Sub(c.Start)}}
}

func (s Spec) again(next Spec) Spec {
	out := next
	for _, earlier := range s.attempts() {
		if v := earlier.Verdict.Counted(); v == Fail || v == Pass && out.Verdict.Counted() != Fail {
			out.Verdict, out.Reason, out.Trace = earlier.Verdict, earlier.Reason, earlier.Trace
			break
		}
	}
	out.Attempts = append(s.attempts(), next.attempts()...)
	return out
}

func (s Spec) attempts() []Attempt {
	if len(s.Attempts) > 0 {
		return s.Attempts
	}
	return []Attempt{{Verdict: s.Verdict, Reason: s.Reason, Elapsed: s.Elapsed, Trace: s.Trace}}
}
