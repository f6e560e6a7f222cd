package result

import (
	"slices"
	"time"
)

// Difference is what changed from one run to a later one.
type Difference struct {
	Was       Label    `json:"was"`
	Is        Label    `json:"is"`
	Broken    []Change `json:"broken"`    // red now and not before
	Fixed     []Change `json:"fixed"`     // PASS now and red before
	Vanished  []Change `json:"vanished"`  // had a result and has none
	Changed   []Change `json:"changed"`   // any other change, such as PASS to SKIP
	Appeared  []Change `json:"appeared"`  // has a result, had none, and is not red
	Unchanged int      `json:"unchanged"` // results with the same verdict
}

// Label says which run it was.
type Label struct {
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Commit  string    `json:"commit,omitempty"`
	Start   time.Time `json:"start"`
	Verdict Verdict   `json:"verdict"`
	Counts  Counts    `json:"counts"`
}

// Change is one spec that changed in the same way in these cells. An absent
// verdict is no result. An empty Spec is a cell as a whole.
type Change struct {
	Spec   string   `json:"spec,omitempty"`
	Title  string   `json:"title,omitempty"`
	Was    Verdict  `json:"was,omitempty"`
	Is     Verdict  `json:"is,omitempty"`
	Cells  []string `json:"cells"`
	Reason string   `json:"reason,omitempty"` // in the first of these cells, as it is now
}

// Label names the run. The verdict is the one the report holds; without one it
// is MISS.
func (r Report) Label(name string) Label {
	l := Label{Name: name, Version: r.Build.Version, Commit: r.Build.Commit, Start: r.Start, Verdict: Miss, Counts: r.Count()}
	if r.Verdict != nil {
		l.Verdict = r.Verdict.Verdict.Counted()
	}
	return l
}

// Worse says whether something that was shown is shown no more: a spec broke,
// vanished, or went from PASS to SKIP.
func (d Difference) Worse() bool {
	lost := func(c Change) bool { return c.Was == Pass }
	return len(d.Broken) > 0 || len(d.Vanished) > 0 || slices.ContainsFunc(d.Changed, lost)
}

// Compare holds a later run against an earlier one: each spec in each cell, and
// each cell whose own verdict says more than its specs. The names say to people
// where the two came from. Of results that are there twice, the first counts.
func Compare(was, is Report, wasName, isName string) Difference {
	d := Difference{
		Was: was.Label(wasName), Is: is.Label(isName),
		Broken: []Change{}, Fixed: []Change{}, Vanished: []Change{}, Changed: []Change{}, Appeared: []Change{},
	}
	before, order := outcomes(was)
	after, now := outcomes(is)
	for _, at := range now {
		then, had := before[at]
		if had && then.Is == after[at].Is {
			d.Unchanged++
			continue
		}
		c := after[at]
		c.Was = then.Is
		d.note(c)
	}
	for _, at := range order {
		if _, still := after[at]; !still {
			c := before[at]
			c.Was, c.Is, c.Reason = c.Is, "", ""
			d.note(c)
		}
	}
	return d
}

// spot is a place of a verdict: a spec in a cell.
type spot struct{ cell, spec string }

// outcomes are the verdicts of a report by their places, and the places in the
// report's order. Each is a change of one cell, from nothing.
func outcomes(r Report) (map[spot]Change, []spot) {
	all := map[spot]Change{}
	var order []spot
	add := func(cell string, c Change) {
		at := spot{cell, c.Spec}
		if _, twice := all[at]; twice {
			return
		}
		c.Cells = []string{cell}
		all[at] = c
		order = append(order, at)
	}
	for _, c := range r.Cells {
		if c.Beyond() {
			add(c.ID, Change{Is: c.Verdict.Counted(), Reason: c.Reason})
		}
		for _, s := range c.Specs {
			add(c.ID, Change{Spec: s.ID, Title: s.Title, Is: s.Verdict.Counted(), Reason: s.Reason})
		}
	}
	return all, order
}

// note puts a change where it belongs, beside the same change in other cells.
func (d *Difference) note(c Change) {
	list := d.list(c)
	for i, other := range *list {
		if other.Spec == c.Spec && other.Was == c.Was && other.Is == c.Is {
			(*list)[i].Cells = append(other.Cells, c.Cells...)
			return
		}
	}
	*list = append(*list, c)
}

func (d *Difference) list(c Change) *[]Change {
	switch {
	case c.Is == "" && c.Spec == "": // what the cell said beside its specs, it says no more
		return &d.Fixed
	case c.Is == "":
		return &d.Vanished
	case c.Is.Red() && !c.Was.Red():
		return &d.Broken
	case c.Is == Pass && c.Was.Red():
		return &d.Fixed
	case c.Was == "":
		return &d.Appeared
	}
	return &d.Changed
}
