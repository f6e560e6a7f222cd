package render_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample(t *testing.T) result.Report {
	t.Helper()
	f, err := os.Open("testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := result.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func made(t *testing.T, r result.Report, with func(io.Writer, result.Report) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := with(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s; see what changed with: go test -update, git diff\n%s", path, got)
	}
}

// Requirement: each form of the sample report stays as it was reviewed.
// Turned red by: any change of what people or programs see.
func TestGolden(t *testing.T) {
	r := sample(t)
	golden(t, "testdata/report.json.golden", made(t, r, render.JSON))
	golden(t, "testdata/junit.xml.golden", made(t, r, render.JUnit))
	golden(t, "testdata/outline.golden", outline(t, made(t, r, render.HTML)))
	golden(t, "testdata/text.golden", made(t, r, uncoloured))
}

func uncoloured(w io.Writer, r result.Report) error { return render.Text(w, r, false) }
func coloured(w io.Writer, r result.Report) error   { return render.Text(w, r, true) }

// Requirement: colour adds and replaces nothing.
// Turned red by: leaving out a word where there is colour.
func TestColourAddsOnly(t *testing.T) {
	got := made(t, sample(t), coloured)
	for _, code := range []string{"1;31", "1;32", "1;33", "1;2", "0"} {
		got = strings.ReplaceAll(got, "\x1b["+code+"m", "")
	}
	if want := made(t, sample(t), uncoloured); got != want {
		t.Errorf("without its colours it is\n%s\nwant\n%s", got, want)
	}
}

// Requirement: what a card says cannot steer the reader's terminal.
// Turned red by: printing reasons as they come.
func TestTextHasNoControl(t *testing.T) {
	r := sample(t)
	r.Cells[0].Specs[0].Verdict = result.Fail
	r.Cells[0].Specs[0].Reason = "\x1b[2J\x1b[32mPASS\x07 \u202egnp"
	if got := made(t, r, uncoloured); strings.ContainsAny(got, "\x1b\x07\u202e") {
		t.Errorf("control characters in %q", got)
	}
}

// Requirement: the counts of JUnit are those of its cases, and it is never
// greener than the gate. Turned red by: leaving out the gate's suite.
func TestJUnitAddsUp(t *testing.T) {
	type suite struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Cases    []struct {
			Fail []struct{} `xml:"failure"`
			Err  []struct{} `xml:"error"`
			Skip []struct{} `xml:"skipped"`
		} `xml:"testcase"`
	}
	var all struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Suites   []suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(made(t, sample(t), render.JUnit)), &all); err != nil {
		t.Fatal(err)
	}
	tests, failures, last := 0, 0, ""
	for _, s := range all.Suites {
		fail, err, skip := 0, 0, 0
		for _, c := range s.Cases {
			fail, err, skip = fail+len(c.Fail), err+len(c.Err), skip+len(c.Skip)
		}
		if s.Tests != len(s.Cases) || s.Failures != fail || s.Errors != err || s.Skipped != skip {
			t.Errorf("suite %s does not add up", s.Name)
		}
		tests, failures, last = tests+s.Tests, failures+s.Failures, s.Name
	}
	if tests != all.Tests || failures != all.Failures || last != "gate" {
		t.Errorf("%d tests, %d failures, last %q; the file says %d, %d", tests, failures, last, all.Tests, all.Failures)
	}
}

// Requirement: an empty report can be shown and is inconclusive.
// Turned red by: taking the first cell without looking.
func TestEmpty(t *testing.T) {
	for i, with := range []func(io.Writer, result.Report) error{render.JSON, render.JUnit, render.HTML, uncoloured} {
		if got := made(t, result.Report{}, with); !strings.Contains(got, "The plan requires no cell.") {
			t.Errorf("form %s does not say why: %s", fmt.Sprint(i), got)
		}
	}
}

// Source: issue 2 point 6, what failed must be found on the screen. Turned red
// by: listing every spec that one broken bench took along, or hiding a failure
// behind them.
func TestTextShortensMissesOnly(t *testing.T) {
	c := result.Cell{ID: "one", Verdict: result.Miss}
	for range 50 {
		c.Specs = append(c.Specs, result.Spec{ID: "card.lost", Verdict: result.Miss, Reason: "gone"})
	}
	c.Specs = append(c.Specs, result.Spec{ID: "card.wrong", Verdict: result.Fail, Reason: "it is"})
	var b strings.Builder
	if err := render.Text(&b, result.Report{Cells: []result.Cell{c}}, false); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if strings.Count(got, "spec card.lost: ") != 3 || !strings.Contains(got, "and 47 more") || !strings.Contains(got, "spec card.wrong: ") {
		t.Errorf("%s", got)
	}
}

// Requirement: a report whose proof was made for another version says so, and one of
// its own version does not. Source: issue 6, point 3: the table is part of the report.
// Turned red by: showing a proof as if it were of this run's programs.
func TestProofOfAnotherVersion(t *testing.T) {
	for suite, want := range map[string]bool{"": false, "1.0": false, "0.9": true} {
		r := result.Report{Build: result.Build{Version: "1.0"}, Proof: &result.Proof{Suite: suite}}
		var page strings.Builder
		if err := render.HTML(&page, r); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(page.String(), "another than this run"); got != want {
			t.Errorf("proof of %q: says so %t, want %t", suite, got, want)
		}
	}
}
