package render

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// featureRow is one feature: which cells claim it.
type featureRow struct {
	Name  string
	Needs int      // specs that need it
	Marks []string // "claimed", "not claimed" or "not said", one for each cell
}

func featuresOf(r result.Report) []featureRow {
	needs := map[string]map[string]bool{}
	need := func(feature, spec string) {
		if needs[feature] == nil {
			needs[feature] = map[string]bool{}
		}
		if spec != "" {
			needs[feature][spec] = true
		}
	}
	for _, c := range r.Cells {
		for _, s := range c.Specs {
			for _, f := range s.Requires {
				need(f, s.ID)
			}
		}
		if c.Features != nil {
			for _, f := range c.Features.Claimed {
				need(f, "")
			}
		}
	}
	var all []featureRow
	for _, name := range keys(needs) {
		row := featureRow{Name: name, Needs: len(needs[name])}
		for _, c := range r.Cells {
			row.Marks = append(row.Marks, claim(c, name))
		}
		all = append(all, row)
	}
	return all
}

func claim(c result.Cell, feature string) string {
	switch {
	case c.Features == nil:
		return "not said"
	case slices.Contains(c.Features.Claimed, feature):
		return "claimed"
	}
	return "not claimed"
}

// skipped are specs that were skipped for one reason in the same cells.
type skipped struct {
	Reason string
	Cells  []string
	Specs  []string
}

// skips groups what was skipped. A whole cell that was skipped has no specs.
func skips(r result.Report) []skipped {
	type key struct{ reason, spec string }
	cells := map[key][]string{}
	var order []key
	add := func(k key, cell string) {
		if cells[k] == nil {
			order = append(order, k)
		}
		cells[k] = append(cells[k], cell)
	}
	for _, c := range r.Cells {
		if c.Verdict == result.Skip {
			add(key{result.FirstLine(c.Reason), ""}, c.ID)
		}
		for _, s := range c.Specs {
			if s.Verdict == result.Skip {
				add(key{result.FirstLine(s.Reason), s.ID}, c.ID)
			}
		}
	}
	var all []skipped
	for _, k := range order {
		i := slices.IndexFunc(all, func(s skipped) bool { return s.Reason == k.reason && slices.Equal(s.Cells, cells[k]) })
		if i < 0 {
			i = len(all)
			all = append(all, skipped{Reason: k.reason, Cells: cells[k]})
		}
		if k.spec != "" {
			all[i].Specs = append(all[i].Specs, k.spec)
		}
	}
	for _, s := range all {
		slices.Sort(s.Specs)
	}
	slices.SortStableFunc(all, func(a, b skipped) int { return len(b.Specs) - len(a.Specs) })
	return all
}

// proof is the proof table with what it comes to.
type proof struct {
	result.Proof
	Red      int
	Unproven []string
	Other    bool     // another program proved than was judged with
	Sick     []string // what was wrong without a fault, in sentences
}

func proofOf(r result.Report) *proof {
	if r.Proof == nil {
		return nil
	}
	p := proof{Proof: *r.Proof, Unproven: r.Proof.Unproven(), Other: r.Proof.Suite != "" && r.Proof.Suite != r.Build.Version}
	p.Red = len(p.Rows) - len(p.Unproven)
	for _, h := range p.Healthy {
		if h.Error != "" {
			p.Sick = append(p.Sick, h.Cell+" did not open or close without a fault: "+h.Error)
		}
		for _, s := range h.Red {
			p.Sick = append(p.Sick, s.Spec+" was red without its fault in "+h.Cell+": "+s.Said)
		}
	}
	return &p
}

func keys[V any](m map[string]V) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
