package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// heat is the heat map: a row per cell and a column per suite. The suite of a
// spec is the first word of its ID.
type heat struct {
	Suites []suiteTable
	Rows   []heatRow
}

type heatRow struct {
	Cell   string
	Ran    bool
	Places []place
}

// suiteTable is every spec of one suite in every cell.
type suiteTable struct {
	Name, Anchor string
	Cells        []string
	Rows         []specRow
	Counts       result.Counts
	Open         bool // whether it is open from the start
}

// specRow is one spec with its verdict in each of the table's cells.
type specRow struct {
	result.Spec
	Group string // of its source
	Marks []marked
}

// marked is a verdict in a table. No verdict is a spec without a result.
type marked struct {
	Verdict result.Verdict
	Note    string // "waived", "flaky"
}

func suiteOf(spec string) string {
	name, _, _ := strings.Cut(spec, ".")
	return name
}

// suitesOf arranges the specs by suite in the order of their IDs. A spec's words
// are those of the first cell that has it.
func suitesOf(r result.Report) []suiteTable {
	var cells []string
	rows := map[string]*specRow{}
	var ids []string
	for i, c := range r.Cells {
		cells = append(cells, c.ID)
		for _, s := range c.Specs {
			if rows[s.ID] == nil {
				rows[s.ID] = &specRow{Spec: s, Group: group(s.Source), Marks: make([]marked, len(r.Cells))}
				ids = append(ids, s.ID)
			}
			if m := &rows[s.ID].Marks[i]; m.Verdict == "" { // the first of two results
				*m = marked{s.Verdict.Counted(), note(r, c.ID, s)}
			}
		}
	}
	slices.Sort(ids)
	var all []suiteTable
	for _, id := range ids {
		name := suiteOf(id)
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, suiteTable{Name: name, Anchor: "suite-" + name, Cells: cells})
		}
		all[len(all)-1].add(*rows[id])
	}
	return all
}

func (t *suiteTable) add(row specRow) {
	t.Rows = append(t.Rows, row)
	c := result.Cell{}
	for _, m := range row.Marks {
		if m.Verdict != "" {
			c.Specs = append(c.Specs, result.Spec{Verdict: m.Verdict, Proof: row.Proof})
		}
	}
	n := c.Count()
	t.Counts.Pass, t.Counts.Fail, t.Counts.Error = t.Counts.Pass+n.Pass, t.Counts.Fail+n.Fail, t.Counts.Error+n.Error
	t.Counts.Miss, t.Counts.Skip = t.Counts.Miss+n.Miss, t.Counts.Skip+n.Skip
	t.Open = t.Open || n.Fail+n.Error+n.Miss > 0
}

func note(r result.Report, cell string, s result.Spec) string {
	if _, ok := r.Waived(cell, s.ID); ok && s.Verdict.Counted().Red() {
		return "waived"
	}
	if len(s.Attempts) > 1 {
		return fmt.Sprintf("%d tries", len(s.Attempts))
	}
	return ""
}

func heatOf(r result.Report, suites []suiteTable) heat {
	h := heat{Suites: suites}
	for i, c := range r.Cells {
		row := heatRow{Cell: c.ID, Ran: true}
		for _, t := range suites {
			row.Places = append(row.Places, t.place(i))
		}
		h.Rows = append(h.Rows, row)
	}
	for _, p := range r.Plan.Cells {
		if _, ran := r.Cell(p.ID); !ran {
			row := heatRow{Cell: p.ID}
			for range suites {
				row.Places = append(row.Places, absent(r, p.ID))
			}
			h.Rows = append(h.Rows, row)
		}
	}
	return h
}

// place is the suite's place in the heat map for the cell at column i.
func (t suiteTable) place(i int) place {
	var specs []result.Spec
	for _, row := range t.Rows {
		if m := row.Marks[i]; m.Verdict != "" {
			specs = append(specs, result.Spec{Verdict: m.Verdict})
		}
	}
	if len(specs) == 0 {
		return place{Word: "–", Note: "no result"}
	}
	v, n := result.Judge(specs), result.Cell{Specs: specs}.Count()
	note := fmt.Sprintf("%d of %d", n.Pass, n.Executed()+n.Error+n.Miss)
	if n.Skip > 0 {
		note += fmt.Sprintf(", %d skipped", n.Skip)
	}
	return place{ID: t.Anchor, Word: string(v), Note: note, Linked: true, Verdict: v}
}

// group is the document that a source names first, without its parts and
// sections, so that sources can be chosen from a list of bearable length.
func group(source string) string {
	for _, end := range []string{";", ",", ":", " §", " part ", " table ", " appendix ", " section "} {
		source, _, _ = strings.Cut(source, end)
	}
	return strings.TrimSpace(source)
}

// sources are the groups of all specs, sorted.
func sources(r result.Report) []string {
	var all []string
	for _, c := range r.Cells {
		for _, s := range c.Specs {
			if g := group(s.Source); g != "" {
				all = append(all, g)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
