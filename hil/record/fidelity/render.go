package fidelity

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// JSON writes the report for programs.
func JSON(out io.Writer, r Report) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Text writes the report for a terminal of 80 columns.
func Text(out io.Writer, r Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", headline(r))
	for name, s := range sides(r) {
		fmt.Fprintf(&b, "%s  %s\n", name, s.File)
		fmt.Fprintf(&b, "   %s\n", short(strings.Join([]string{s.Reader, s.Protocol, s.Script, s.Date}, ", "), 77))
		if s.Stopped != "" {
			fmt.Fprintf(&b, "   %s\n", short("stopped early: "+s.Stopped, 77))
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	if r.Ratio > 0 {
		fmt.Fprintf(&b, "\nB takes %.2f times as long as A for the same command (median);\nall of them %.0f ms in A, %.0f ms in B.\n", r.Ratio, r.A.Millis, r.B.Millis)
	}
	fmt.Fprintf(&b, "\n%3s  %-36s %-8s %-10s %-10s %6s\n", "", "command", "", "A", "B", "time")
	for _, row := range r.Rows {
		text(&b, row)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// text is one row, and its note below it.
func text(b *strings.Builder, row Row) {
	verdict := string(row.Verdict)
	if row.Verdict == Same && row.Masked != "" {
		verdict = "same *"
	}
	a, c, ratio := row.A, row.B, ""
	if row.Command == "" { // the answer to reset is too long for a column
		a, c = "", ""
	}
	if row.Ratio > 0 {
		ratio = fmt.Sprintf("%.2f", row.Ratio)
	}
	fmt.Fprintf(b, "%s\n", strings.TrimRight(fmt.Sprintf("%3d  %-36s %-8s %-10s %-10s %6s", row.ID, short(row.Title, 36), verdict, a, c, ratio), " "))
	if row.Command == "" && row.Verdict != Same {
		fmt.Fprintf(b, "     A %s\n     B %s\n", row.A, row.B)
	}
	if row.Note != "" {
		fmt.Fprintf(b, "     %s\n", short(row.Note, 75))
	}
	if row.Masked != "" {
		fmt.Fprintf(b, "     * but for: %s\n", row.Masked)
	}
}

func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-3], "") + "..."
}

func headline(r Report) string {
	return fmt.Sprintf("%d of %d the same, %.1f %%", r.Same, r.Total, r.Percent)
}

// sides is A and B in order.
func sides(r Report) func(func(string, Side) bool) {
	return func(yield func(string, Side) bool) {
		_ = yield("A", r.A) && yield("B", r.B)
	}
}

//go:embed report.html
var page string

// HTML writes the report as one page that needs nothing else.
func HTML(out io.Writer, r Report) error {
	t, err := template.New("report").Funcs(template.FuncMap{"headline": headline}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(out, r)
}
