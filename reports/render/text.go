package render

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Text writes the summary for a terminal: the matrix, what is red and why, and
// last, where the eye is, the verdict. Colour adds to the words, it replaces
// none.
func Text(w io.Writer, r result.Report, colour bool) error {
	t := text{colour: colour}
	t.matrix(r)
	t.red(r)
	t.reasons(r)
	_, err := io.WriteString(w, t.String())
	return err
}

type text struct {
	strings.Builder
	colour bool
}

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

func (t *text) matrix(r result.Report) {
	m := grid(r)
	var plainTable strings.Builder
	tab := tabwriter.NewWriter(&plainTable, 0, 0, 3, ' ', 0)
	head := []string{"series"}
	for _, c := range m.Columns {
		head = append(head, c.Protocol+" "+c.Kind)
	}
	fmt.Fprintln(tab, strings.Join(head, "\t"))
	for _, row := range m.Rows {
		cells := []string{row.Series}
		for _, p := range row.Places {
			cells = append(cells, p.Word+" "+short(r, p))
		}
		fmt.Fprintln(tab, strings.Join(cells, "\t"))
	}
	_ = tab.Flush() // to a Builder, which does not fail
	t.WriteString(t.paintWords(plain(plainTable.String())))
	t.line("package cells are %s.", InProcess)
}

func short(r result.Report, p place) string {
	c, ran := r.Cell(p.ID)
	if !ran {
		return ""
	}
	n := c.Count()
	return fmt.Sprintf("%d/%d", n.Pass, n.Specs())
}

// mostMissed is how many specs of one cell that missed their bench a terminal
// is shown: one broken bench takes all the specs after it along.
const mostMissed = 3

func (t *text) red(r result.Report) {
	for _, c := range r.Cells {
		red, missed := false, 0
		for _, s := range c.Specs {
			if v := s.Verdict.Counted(); v != result.Pass && v != result.Skip {
				if v == result.Miss {
					if missed++; missed > mostMissed {
						continue
					}
				}
				t.line("\n%s  %s, spec %s: %s", t.paint(v, string(v)), plain(c.ID), plain(s.ID), plain(s.Title))
				t.line("      %s", indented(s.Reason))
				red = true
			}
		}
		if missed > mostMissed {
			t.line("\n      and %d more that missed their bench in %s.", missed-mostMissed, plain(c.ID))
		}
		if v := c.Verdict.Counted(); !red && v != result.Pass && v != result.Skip {
			t.line("\n%s  %s", t.paint(v, string(v)), plain(c.ID))
			t.line("      %s", indented(c.Reason))
			red = true
		}
		if red && c.Reproduce != "" {
			t.line("      again: %s", plain(c.Reproduce))
		}
	}
}

func (t *text) reasons(r result.Report) {
	d := decided(r).Verdict
	w, sentence := word(d.Verdict)
	n := d.Counts
	t.line("\n%d cells: %d passed, %d failed, %d errors, %d missed, %d skipped; %d specs unproven; seed %d",
		n.Cells, n.Pass, n.Fail, n.Error, n.Miss, n.Skip, n.Unproven, r.Seed)
	t.line("%s  %s", t.paint(d.Verdict, w), sentence)
	for _, reason := range d.Reasons {
		t.line("  - %s", plain(reason))
	}
}

func indented(reason string) string {
	if reason == "" {
		reason = "no reason was given"
	}
	return strings.ReplaceAll(plain(strings.TrimSpace(reason)), "\n", "\n      ")
}

// paint colours one word: green, red, or yellow for what is open.
func (t *text) paint(v result.Verdict, word string) string {
	if !t.colour {
		return word
	}
	codes := map[result.Verdict]string{result.Pass: "32", result.Fail: "31", result.Skip: "2"}
	code, ok := codes[v]
	if !ok {
		code = "33"
	}
	return "\x1b[1;" + code + "m" + word + "\x1b[0m"
}

// paintWords colours a finished table, whose columns escapes would have moved.
func (t *text) paintWords(table string) string {
	words := []string{
		"PASS ", t.paint(result.Pass, "PASS") + " ", "FAIL ", t.paint(result.Fail, "FAIL") + " ",
		"ERROR ", t.paint(result.Error, "ERROR") + " ", "MISS ", t.paint(result.Miss, "MISS") + " ",
		"NOT RUN ", t.paint(result.Miss, "NOT RUN") + " ",
	}
	return strings.NewReplacer(words...).Replace(table)
}
