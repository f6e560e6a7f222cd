package render

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

//go:embed page.html.tmpl
var pageText string

//go:embed style.css
var style string

//go:embed script.js
var script string

// HTML writes one self-contained page: it loads nothing, opens from disk, and
// shows everything without its script, which only adds the filter.
func HTML(w io.Writer, r result.Report) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"elapsed": elapsed, "hex": hex, "counted": result.Verdict.Counted, "kind": kind,
		"from1": func(i int) int { return i + 1 },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, newPage(decided(r)))
}

// page is what the template sees.
type page struct {
	result.Report
	Word, Sentence string
	InProcess      string
	Matrix         matrix
	Sections       []section
	Plan           []planned
	Skipped        []skipped
	Style, Script  template.HTML
	Policy         string
}

// section is one cell with its anchor.
type section struct {
	result.Cell
	Anchor  string
	Package bool
	Counts  result.Counts
	Rows    []specRow
}

type specRow struct {
	result.Spec
	Cell   string
	Anchor string
	Open   bool // whether its details are open from the start
}

type planned struct {
	result.PlannedCell
	Passed  int
	Ran     bool
	Missing []string
}

type skipped struct{ Cell, Spec, Title, Reason string }

func newPage(r result.Report) page {
	p := page{Report: r, InProcess: InProcess, Matrix: grid(r)}
	p.Word, p.Sentence = word(r.Verdict.Verdict)
	// Both are ours and constant: nothing of the report is in them.
	p.Style = template.HTML("<style>" + style + "</style>")
	p.Script = template.HTML("<script>" + script + "</script>")
	p.Policy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + digest(style) + "; script-src " + digest(script)
	for _, c := range r.Cells {
		p.Sections = append(p.Sections, newSection(c))
		p.Skipped = append(p.Skipped, skips(c)...)
	}
	for _, c := range r.Plan.Cells {
		p.Plan = append(p.Plan, newPlanned(r, c))
	}
	return p
}

func newSection(c result.Cell) section {
	s := section{Cell: c, Anchor: "cell-" + c.ID, Package: c.Kind == result.KindPackage, Counts: c.Count()}
	for _, spec := range c.Specs {
		v := spec.Verdict.Counted()
		red := v != result.Pass && v != result.Skip
		s.Rows = append(s.Rows, specRow{Spec: spec, Cell: c.ID, Anchor: s.Anchor + "-" + spec.ID, Open: red})
	}
	return s
}

func newPlanned(r result.Report, c result.PlannedCell) planned {
	p := planned{PlannedCell: c, Missing: c.Missing(r)}
	cell, ran := r.Cell(c.ID)
	p.Ran = ran
	for _, id := range c.Required {
		if s, ok := cell.Spec(id); ok && s.Verdict == result.Pass {
			p.Passed++
		}
	}
	return p
}

func skips(c result.Cell) []skipped {
	var all []skipped
	if c.Verdict == result.Skip {
		all = append(all, skipped{c.ID, "the whole cell", "", result.FirstLine(c.Reason)})
	}
	for _, s := range c.Specs {
		if s.Verdict == result.Skip {
			all = append(all, skipped{c.ID, s.ID, s.Title, result.FirstLine(s.Reason)})
		}
	}
	return all
}

// digest is the source expression of CSP level 2 for one inline element.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
