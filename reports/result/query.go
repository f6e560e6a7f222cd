package result

import "strings"

// Cell is the first cell with this ID, and whether there is one.
func (r Report) Cell(id string) (Cell, bool) {
	all := r.Attempts(id)
	if len(all) == 0 {
		return Cell{}, false
	}
	return all[0], true
}

// Attempts are all cells with this ID, in the report's order. A sound report
// has no more than one.
func (r Report) Attempts(id string) []Cell {
	var all []Cell
	for _, c := range r.Cells {
		if c.ID == id {
			all = append(all, c)
		}
	}
	return all
}

// Spec is the first result for the spec with this ID, and whether there is one.
func (c Cell) Spec(id string) (Spec, bool) {
	all := c.Attempts(id)
	if len(all) == 0 {
		return Spec{}, false
	}
	return all[0], true
}

// Attempts are all results for the spec with this ID. A sound cell has no more
// than one.
func (c Cell) Attempts(id string) []Spec {
	var all []Spec
	for _, s := range c.Specs {
		if s.ID == id {
			all = append(all, s)
		}
	}
	return all
}

// Beyond says that the cell's own verdict is told by none of its specs: the cell
// did not start, or its bench was found broken afterwards.
func (c Cell) Beyond() bool {
	v := c.Verdict.Counted()
	return v != Judge(c.Specs) || len(c.Specs) == 0 && v.Red()
}

// Runs reports whether the plan wants results from this cell.
func (p PlannedCell) Runs() bool { return p.Excluded == "" }

// Missing lists the required specs of p without any result in r. An excluded
// cell misses nothing.
func (p PlannedCell) Missing(r Report) []string {
	var missing []string
	for _, id := range p.Required {
		if p.Runs() && !r.has(p.ID, id) {
			missing = append(missing, id)
		}
	}
	return missing
}

func (r Report) has(cell, spec string) bool {
	for _, c := range r.Attempts(cell) {
		if _, ok := c.Spec(spec); ok {
			return true
		}
	}
	return false
}

// FirstLine is the reason's first line without its full stop, to be put into a
// sentence of ours. An empty reason says so.
func FirstLine(reason string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(reason), "\n")
	if line = strings.TrimRight(strings.TrimSpace(line), "."); line == "" {
		return "no reason was given"
	}
	return line
}
