package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// matrix is the heat map: a row per series and a column per kind and protocol.
type matrix struct {
	Columns []column
	Rows    []row
}

type column struct{ Protocol, Kind, Label string }

type row struct {
	Series string
	Places []place
}

// place is one place in the matrix. Note says how much of it passed.
type place struct {
	ID      string
	Word    string // a verdict, "NOT RUN", "EXCLUDED" or "–"
	Note    string
	Linked  bool
	Verdict result.Verdict // for the colour; empty has none
}

// grid arranges what was planned and what ran. Series and protocol of a cell
// without a result are read from its ID, series9-T1-pcscd.
func grid(r result.Report) matrix {
	var m matrix
	at := map[string]place{}
	for _, c := range placed(r) {
		col := column{c.Protocol, c.Kind, kind(c.Kind)}
		m.add(c.Series, col)
		key := c.Series + "\x00" + col.Protocol + "\x00" + col.Kind
		if _, there := at[key]; !there {
			at[key] = spot(r, c.ID)
		}
	}
	slices.SortFunc(m.Columns, func(a, b column) int {
		if k := strings.Compare(b.Kind, a.Kind); k != 0 {
			return k // pcscd before package: the program first
		}
		return strings.Compare(a.Protocol, b.Protocol)
	})
	slices.SortFunc(m.Rows, func(a, b row) int {
		if n := len(a.Series) - len(b.Series); n != 0 {
			return n // 10 after 9
		}
		return strings.Compare(a.Series, b.Series)
	})
	for i := range m.Rows {
		for _, c := range m.Columns {
			p, ok := at[m.Rows[i].Series+"\x00"+c.Protocol+"\x00"+c.Kind]
			if !ok {
				p = place{Word: "–", Note: "not in the plan"}
			}
			m.Rows[i].Places = append(m.Rows[i].Places, p)
		}
	}
	return m
}

func (m *matrix) add(series string, c column) {
	if !slices.Contains(m.Columns, c) {
		m.Columns = append(m.Columns, c)
	}
	if !slices.ContainsFunc(m.Rows, func(r row) bool { return r.Series == series }) {
		m.Rows = append(m.Rows, row{Series: series})
	}
}

// placed are all cells that ran, then those only planned, each with its place.
func placed(r result.Report) []result.Cell {
	all := slices.Clone(r.Cells)
	for _, p := range r.Plan.Cells {
		if _, ran := r.Cell(p.ID); ran {
			continue
		}
		c := result.Cell{ID: p.ID, Kind: p.Kind, Series: p.ID, Protocol: "–"}
		if parts := strings.Split(p.ID, "-"); len(parts) == 3 {
			c.Series = strings.TrimPrefix(parts[0], "series")
			c.Protocol = strings.Replace(parts[1], "T", "T=", 1)
		}
		all = append(all, c)
	}
	return all
}

func spot(r result.Report, id string) place {
	c, ran := r.Cell(id)
	if !ran {
		return absent(r, id)
	}
	v, n := c.Verdict.Counted(), c.Count()
	note := fmt.Sprintf("%d of %d passed", n.Pass, n.Specs())
	if n.Skip > 0 {
		note += fmt.Sprintf(", %d skipped", n.Skip)
	}
	return place{ID: id, Word: string(v), Note: note, Linked: true, Verdict: v}
}

func absent(r result.Report, id string) place {
	for _, p := range r.Plan.Cells {
		if p.ID == id && !p.Runs() {
			return place{ID: id, Word: "EXCLUDED", Note: result.FirstLine(p.Excluded), Verdict: result.Skip}
		}
	}
	return place{ID: id, Word: "NOT RUN", Note: "planned, no result", Verdict: result.Miss}
}
