package proof

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Health is one cell without a fault. A check that is red there is proved by no
// fault, and no fault is to blame for it. As JSON it is the Health of
// reports/result.
type Health struct {
	Cell   string `json:"cell"`
	Judged int    `json:"judged"`          // checks that ran
	Red    []Sick `json:"red"`             // of these, those not green
	Error  string `json:"error,omitempty"` // why the cell did not open or close

	green map[string]bool // by ID
}

// Sick is a check that is not green without a fault.
type Sick struct {
	Spec string `json:"spec"`
	Said string `json:"said"`
}

// ward is one cell that a plan opens with faults, and the checks it looks at there.
type ward struct {
	file   target.File
	checks map[string]bool // by ID
}

// wards are the cells of a plan, each once however many faults and moments it is
// opened with, in the order of their names.
func (p Plan) wards() []ward {
	all := map[string]ward{}
	for _, c := range p.Prove {
		if f, err := setting(c); err == nil && lacking(c) == "" {
			admit(all, f, c)
		}
	}
	_, proves := Faults(p.All)
	for _, id := range p.measured() {
		if f, err := around(proves[id][0]); err == nil {
			admit(all, f, slices.DeleteFunc(slices.Clone(p.All), func(c suite.Check) bool { return len(f.Missing(c.Requires)) > 0 })...)
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b ward) int { return strings.Compare(a.file.Cell, b.file.Cell) })
}

// admit adds checks to the ward of a cell. One that is opened with a browser and
// without is one ward, with it.
func admit(all map[string]ward, f target.File, checks ...suite.Check) {
	w, ok := all[f.Cell]
	if !ok {
		w.checks = map[string]bool{}
	}
	if len(f.Features) > len(w.file.Features) {
		w.file = f
	}
	for _, c := range checks {
		w.checks[c.ID] = true
	}
	all[f.Cell] = w
}

// examine opens a cell without a fault and judges its checks in their order.
func (w ward) examine(ctx context.Context, all []suite.Check) Health {
	h := Health{Cell: w.file.Cell, Red: []Sick{}, green: map[string]bool{}}
	t, err := target.Open(ctx, w.file)
	if err != nil {
		h.Error = err.Error()
		return h
	}
	for _, c := range all {
		if w.checks[c.ID] {
			h.add(seen(ctx, c, t, judge.Limits{}))
		}
	}
	if err := t.Close(); err != nil {
		h.Error = err.Error()
	}
	return h
}

func (h *Health) add(s result.Spec) {
	h.Judged++
	if h.green[s.ID] = s.Verdict == result.Pass; !h.green[s.ID] {
		h.Red = append(h.Red, Sick{s.ID, s.Reason})
	}
}

// settle takes back the proof of each check that is not green without its fault.
func (t Table) settle() {
	for i := range t.Rows {
		if r := &t.Rows[i]; r.Skipped == "" {
			r.Without = t.without(r.Spec)
			r.Red = r.Red && r.Without == ""
		}
	}
}

// without is empty if a check was green in a cell without a fault and red in none.
func (t Table) without(spec string) string {
	green := false
	for _, h := range t.Healthy {
		if i := slices.IndexFunc(h.Red, func(s Sick) bool { return s.Spec == spec }); i >= 0 {
			return fmt.Sprintf("red without its fault in %s: %s", h.Cell, h.Red[i].Said)
		}
		green = green || h.green[spec]
	}
	if !green {
		return "not judged without its fault"
	}
	return ""
}

// well are those of all checks that are not red without a fault in the cell where
// a fault is measured that proves the first.
func (t Table) well(first suite.Check, all []suite.Check) []suite.Check {
	f, err := around(first)
	i := slices.IndexFunc(t.Healthy, func(h Health) bool { return h.Cell == f.Cell })
	if err != nil || i < 0 {
		return all // and measuring says why
	}
	return slices.DeleteFunc(slices.Clone(all), func(c suite.Check) bool {
		return slices.ContainsFunc(t.Healthy[i].Red, func(s Sick) bool { return s.Spec == c.ID })
	})
}
