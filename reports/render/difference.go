package render

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

//go:embed difference.html.tmpl
var differenceText string

// changes are the changes of one kind.
type changes struct {
	Anchor, Title string
	None          string // said where there are none
	All           []result.Change
}

func changesOf(d result.Difference) []changes {
	return []changes{
		{"broken", "Newly red", "Nothing is newly red.", d.Broken},
		{"vanished", "Disappeared", "No result has disappeared.", d.Vanished},
		{"changed", "Changed otherwise", "No verdict changed otherwise.", d.Changed},
		{"fixed", "Fixed", "Nothing was fixed.", d.Fixed},
		{"appeared", "New", "Nothing is new.", d.Appeared},
	}
}

// count is one line of the counts of two runs.
type count struct {
	Name    string
	Was, Is int
}

// Step is how much the count changed, with its sign.
func (c count) Step() string {
	if c.Was == c.Is {
		return "the same"
	}
	return fmt.Sprintf("%+d", c.Is-c.Was)
}

func countsOf(a, b result.Counts) []count {
	return []count{
		{"Cells run", a.Cells, b.Cells}, {"Passed", a.Pass, b.Pass}, {"Failed", a.Fail, b.Fail}, {"Errors", a.Error, b.Error},
		{"Missed", a.Miss, b.Miss}, {"Skipped", a.Skip, b.Skip}, {"Unproven specs", a.Unproven, b.Unproven},
	}
}

// differencePage is what the template sees.
type differencePage struct {
	frame
	result.Difference
	Class, Word string
	Sentence    string
	Changes     []changes
	Numbers     []count
}

// Difference writes a page about what changed from one run to another. It has no
// script.
func Difference(w io.Writer, d result.Difference) error {
	p := differencePage{frame: newFrame(""), Difference: d, Changes: changesOf(d), Numbers: countsOf(d.Was.Counts, d.Is.Counts)}
	p.Class, p.Word, p.Sentence = better(d)
	return execute(w, differenceText, p)
}

// better says how the later run compares: the class of its colour, a word and a
// sentence.
func better(d result.Difference) (class, word, sentence string) {
	switch {
	case d.Worse():
		return "FAIL", "WORSE", "Something that was shown is shown no more."
	case len(d.Fixed)+len(d.Appeared)+len(d.Changed) == 0:
		return "PASS", "THE SAME", "Every result has the verdict it had."
	}
	return "PASS", "NOT WORSE", "Nothing broke, nothing disappeared, nothing that passed is skipped."
}

// DifferenceText writes the same for a terminal.
func DifferenceText(w io.Writer, d result.Difference) error {
	var t text
	_, word, sentence := better(d)
	t.line("%s  %s", word, sentence)
	for _, c := range changesOf(d) {
		if len(c.All) == 0 {
			continue
		}
		t.line("\n%s:", c.Title)
		for _, one := range c.All {
			t.line("  %s, %s to %s in %s", plain(spec(one)), verdictWord(one.Was), verdictWord(one.Is), plain(strings.Join(one.Cells, ", ")))
			if one.Reason != "" {
				t.line("    %s", plain(result.FirstLine(one.Reason)))
			}
		}
	}
	t.line("\n%d unchanged", d.Unchanged)
	for _, n := range countsOf(d.Was.Counts, d.Is.Counts) {
		t.line("  %-15s %6d %6d  %s", n.Name, n.Was, n.Is, n.Step())
	}
	_, err := io.WriteString(w, t.String())
	return err
}

func spec(c result.Change) string {
	if c.Spec == "" {
		return "the cell as a whole"
	}
	return c.Spec
}

func verdictWord(v result.Verdict) string {
	if v == "" {
		return "no result"
	}
	return string(v)
}
