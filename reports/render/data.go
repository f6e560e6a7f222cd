package render

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// data is what the page's script shows of a spec. Cells of one run say much the
// same, so each trace is there once, and the whole is packed.
type data struct {
	Cells  []cellData          `json:"cells"`
	Specs  map[string]*about   `json:"specs"`
	Traces [][]result.Exchange `json:"traces"`
}

type cellData struct {
	ID      string `json:"id"`
	Product string `json:"product"`
	Note    string `json:"note,omitempty"`
}

// about is one spec and its results.
type about struct {
	Title    string   `json:"title"`
	Source   string   `json:"source"`
	Requires []string `json:"requires,omitempty"`
	Proof    string   `json:"proof,omitempty"`
	Observed string   `json:"observed,omitempty"` // with its fault on
	Caught   []string `json:"caught,omitempty"`   // faults it was red with
	Results  []found  `json:"results"`
}

// found is what a spec found in one cell.
type found struct {
	Cell      int            `json:"cell"`
	Verdict   result.Verdict `json:"verdict"`
	Reason    string         `json:"reason,omitempty"`
	Elapsed   string         `json:"elapsed"`
	Reproduce string         `json:"reproduce"`
	Waiver    string         `json:"waiver,omitempty"`
	Trace     int            `json:"trace"` // -1 is none
	Attempts  []tried        `json:"attempts,omitempty"`
}

type tried struct {
	Verdict result.Verdict `json:"verdict"`
	Reason  string         `json:"reason,omitempty"`
	Trace   int            `json:"trace"`
}

// packed is the data of a report: JSON, gzip, base64.
func packed(r result.Report) (string, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if err := json.NewEncoder(z).Encode(dataOf(r)); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func dataOf(r result.Report) data {
	d := data{Cells: []cellData{}, Specs: map[string]*about{}, Traces: [][]result.Exchange{}}
	known := map[string]int{}
	for i, c := range r.Cells {
		cell := cellData{ID: c.ID, Product: c.Product}
		if c.Kind == result.KindPackage {
			cell.Note = InProcess
		}
		d.Cells = append(d.Cells, cell)
		for _, s := range c.Specs {
			if d.Specs[s.ID] == nil {
				d.Specs[s.ID] = &about{Title: s.Title, Source: s.Source, Requires: s.Requires, Proof: s.Proof}
			}
			d.Specs[s.ID].Results = append(d.Specs[s.ID].Results, d.found(r, i, s, known))
		}
	}
	d.prove(r.Proof)
	return d
}

func (d *data) found(r result.Report, i int, s result.Spec, known map[string]int) found {
	c := r.Cells[i]
	f := found{
		Cell: i, Verdict: s.Verdict.Counted(), Reason: plain(s.Reason), Elapsed: elapsed(s.Elapsed),
		Reproduce: reproduce(c, s.ID), Trace: d.trace(s.Trace, known),
	}
	if w := waiver(r, c.ID, s.ID); w != nil && f.Verdict.Red() {
		f.Waiver = "Waived by " + w.Who + " until " + w.Until.UTC().Format("2 January 2006") + ": " + w.Reason
	}
	for _, a := range s.Attempts {
		f.Attempts = append(f.Attempts, tried{a.Verdict.Counted(), plain(a.Reason), d.trace(a.Trace, known)})
	}
	return f
}

// trace is the place of a trace among those known, or -1 for none.
func (d *data) trace(t []result.Exchange, known map[string]int) int {
	if len(t) == 0 {
		return -1
	}
	var key strings.Builder
	shown := make([]result.Exchange, len(t))
	for i, x := range t {
		key.WriteString(x.Command + ">" + x.Response + "\n")
		shown[i] = result.Exchange{Command: hex(x.Command), Response: hex(x.Response)}
	}
	at, ok := known[key.String()]
	if !ok {
		at = len(d.Traces)
		known[key.String()] = at
		d.Traces = append(d.Traces, shown)
	}
	return at
}

func (d *data) prove(p *result.Proof) {
	if p == nil {
		return
	}
	for _, s := range p.Rows {
		if a := d.Specs[s.Spec]; a != nil {
			a.Observed = plain(s.Said)
		}
	}
	for _, e := range p.Effects {
		for _, id := range e.Red {
			if a := d.Specs[id]; a != nil && !slices.Contains(a.Caught, e.Fault) {
				a.Caught = append(a.Caught, e.Fault)
			}
		}
	}
}
