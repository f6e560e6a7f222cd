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

//go:embed shared.html.tmpl
var sharedText string

//go:embed style.css
var style string

//go:embed script.js
var script string

// HTML writes one self-contained page: it loads nothing and opens from disk.
// Without its script it shows the verdict, all that is red, and every verdict;
// the script adds the filter and a page for each spec, with its traces.
func HTML(w io.Writer, r result.Report) error {
	p, err := newPage(decided(r))
	if err != nil {
		return err
	}
	return execute(w, pageText, p)
}

// execute fills a page's template, which has the shared ones beside it.
func execute(w io.Writer, text string, data any) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"elapsed": elapsed, "counted": result.Verdict.Counted, "kind": kind, "percent": percent, "mark": mark,
	}).Parse(sharedText)
	if err != nil {
		return err
	}
	if t, err = t.Parse(text); err != nil {
		return err
	}
	return t.Execute(w, data)
}

// frame is what every page has: its style, its script and the policy that lets
// these two in and nothing else.
type frame struct {
	Style, Script template.HTML
	Policy        string
}

// newFrame is a frame with a script, or without one if it is empty. Style and
// script are ours and constant: nothing of a report is in them.
func newFrame(script string) frame {
	f := frame{Style: template.HTML("<style>" + style + "</style>")}
	f.Policy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + digest(style)
	if script != "" {
		f.Script = template.HTML("<script>" + script + "</script>")
		f.Policy += "; script-src " + digest(script)
	}
	return f
}

// digest is the source expression of CSP level 2 for one inline element.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// mark is a sign beside a verdict's word, so that a table of them can be taken
// in at a glance without its colours.
func mark(v result.Verdict) string {
	switch v.Counted() {
	case result.Pass:
		return "✓"
	case result.Fail:
		return "✗"
	case result.Error:
		return "!"
	case result.Skip:
		return "–"
	}
	return "?"
}
