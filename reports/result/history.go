package result

import (
	"slices"
	"time"
)

// History is how specs and cells fared over several runs, the oldest first.
type History struct {
	Runs  []Label `json:"runs"`
	Cells []Line  `json:"cells"`
	Specs []Line  `json:"specs"`
}

// Line is one cell or one spec over all runs of a History, one rate for each.
type Line struct {
	ID    string `json:"id"`
	Rates []Rate `json:"rates"`
}

// Rate is how many of how many passed. Skipped results are in neither; Of is
// zero where nothing was there to be judged.
type Rate struct {
	Pass int `json:"pass"`
	Of   int `json:"of"`
}

// Full says that everything that was judged passed.
func (r Rate) Full() bool { return r.Pass == r.Of }

// Steady says that l was full in every run.
func (l Line) Steady() bool {
	return !slices.ContainsFunc(l.Rates, func(r Rate) bool { return !r.Full() })
}

// Add puts one more run into the history, in the order of their starts.
func (h *History) Add(r Report, name string) {
	at, _ := slices.BinarySearchFunc(h.Runs, r.Start, func(l Label, t time.Time) int { return l.Start.Compare(t) })
	h.Runs = slices.Insert(h.Runs, at, r.Label(name))
	for _, lines := range [][]Line{h.Cells, h.Specs} {
		for i := range lines {
			lines[i].Rates = slices.Insert(lines[i].Rates, at, Rate{})
		}
	}
	for _, c := range r.Cells {
		cell := h.line(&h.Cells, c.ID, at)
		if len(c.Specs) == 0 && c.Verdict.Red() {
			cell.Of++ // the whole cell is one result, and it is red
		}
		for _, s := range c.Specs {
			cell.count(s.Verdict)
			h.line(&h.Specs, s.ID, at).count(s.Verdict)
		}
	}
}

func (r *Rate) count(v Verdict) {
	if v.Counted() == Skip {
		return
	}
	r.Of++
	if v == Pass {
		r.Pass++
	}
}

// line is the rate of a line in the run at a place. A new line had nothing in
// the other runs.
func (h *History) line(lines *[]Line, id string, at int) *Rate {
	i := slices.IndexFunc(*lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		i = len(*lines)
		*lines = append(*lines, Line{ID: id, Rates: make([]Rate, len(h.Runs))})
	}
	return &(*lines)[i].Rates[at]
}
