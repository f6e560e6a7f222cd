package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// JUnit writes JUnit XML: a suite per cell, one for planned cells that did not
// run, and one named gate, so that no reader of the file is greener than the
// gate. FAIL is a failure, ERROR and MISS are errors; red attempts of what passed
// in the end are flakyFailure and flakyError, as Maven's Surefire writes them.
// The schema is result/schema/junit.xsd; the file is also valid by the one that
// Jenkins' xUnit plugin ships (junit-10.xsd).
func JUnit(w io.Writer, r result.Report) error {
	r = decided(r)
	all := suites{Name: "smartcard-connect"}
	for _, c := range r.Cells {
		all.add(cellSuite(r, c))
	}
	for _, p := range r.Plan.Cells {
		if _, ran := r.Cell(p.ID); !ran {
			all.add(absentSuite(r, p))
		}
	}
	all.add(gateSuite(r))
	all.Time = seconds(r.End.Sub(r.Start))
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	counts
	Time   string  `xml:"time,attr"`
	Suites []suite `xml:"testsuite"`
}

type counts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
}

type suite struct {
	Name string `xml:"name,attr"`
	counts
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []property `xml:"properties>property,omitempty"`
	Cases      []testcase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name         string    `xml:"name,attr"`
	Class        string    `xml:"classname,attr"`
	Time         string    `xml:"time,attr"`
	Failure      *outcome  `xml:"failure"`
	Error        *outcome  `xml:"error"`
	Skipped      *outcome  `xml:"skipped"`
	RerunFailure []outcome `xml:"rerunFailure"` // further red attempts of what stayed red
	RerunError   []outcome `xml:"rerunError"`
	FlakyFailure []outcome `xml:"flakyFailure"` // red attempts of what passed in the end
	FlakyError   []outcome `xml:"flakyError"`
	Out          string    `xml:"system-out,omitempty"` // title, source and proof, a line each
}

type outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (s *suites) add(one suite) {
	for _, c := range one.Cases {
		one.Tests++
		switch {
		case c.Failure != nil:
			one.Failures++
		case c.Error != nil:
			one.Errors++
		case c.Skipped != nil:
			one.Skipped++
		}
	}
	s.Tests += one.Tests
	s.Failures += one.Failures
	s.Errors += one.Errors
	s.Suites = append(s.Suites, one)
}

func cellSuite(r result.Report, c result.Cell) suite {
	s := suite{Name: c.ID, Time: seconds(c.End.Sub(c.Start)), Timestamp: stamp(c.Start), Properties: given(
		"verdict", string(c.Verdict.Counted()), "seed", strconv.FormatInt(r.Seed, 10), "series", c.Series, "protocol", c.Protocol,
		"kind", c.Kind, "product", c.Product, "fault", c.Fault, "reproduce", c.Reproduce)}
	if c.Kind == result.KindPackage {
		s.Properties = append(s.Properties, property{"note", InProcess})
	}
	s.Properties = append(s.Properties, who(c)...)
	for _, spec := range c.Specs {
		s.Cases = append(s.Cases, specCase(r, c, spec))
	}
	if c.Beyond() {
		s.Cases = append(s.Cases, ended(testcase{Name: "cell", Class: c.ID, Time: seconds(0)}, c.Verdict, c.Reason, ""))
	}
	return s
}

// who are the identity and the features of a cell.
func who(c result.Cell) []property {
	var all []property
	if i := c.Identity; i != nil {
		all = given("host", i.Host, "reader", i.Reader, "reader-id", i.ReaderID, "card", i.Card, "profile", i.Profile, "personality", i.Personality, "atr", i.ATR, "exchanged", i.Exchanged)
	}
	if f := c.Features; f != nil {
		all = append(all, given("claimed", strings.Join(f.Claimed, " "), "unclaimed", strings.Join(f.Unclaimed, " "))...)
	}
	return all
}

func specCase(r result.Report, c result.Cell, s result.Spec) testcase {
	proof := s.Proof
	if proof == "" {
		proof = "unproven"
	}
	t := testcase{Name: s.ID, Class: c.ID, Time: seconds(s.Elapsed)}
	var attempts, waived string
	for i, a := range s.Attempts {
		attempts += " " + string(a.Verdict.Counted())
		t.attempt(i, a, s.Verdict)
	}
	if w, ok := r.Waived(c.ID, s.ID); ok && s.Verdict.Counted().Red() {
		waived = "by " + w.Who + " until " + stamp(w.Until) + ": " + w.Reason
	}
	for _, p := range given("title", s.Title, "source", s.Source, "proof", proof, "attempts", strings.TrimSpace(attempts), "waived", waived) {
		t.Out += p.Name + ": " + p.Value + "\n"
	}
	var trace strings.Builder
	for _, x := range s.Trace {
		fmt.Fprintf(&trace, "> %s\n< %s\n", hex(x.Command), hex(x.Response))
	}
	return ended(t, s.Verdict, s.Reason, trace.String())
}

// attempt puts a red attempt beside the outcome. The first one of what stayed red
// is the outcome itself.
func (t *testcase) attempt(i int, a result.Attempt, final result.Verdict) {
	v, flaky := a.Verdict.Counted(), final == result.Pass
	if !v.Red() || i == 0 && !flaky {
		return
	}
	list := map[bool]map[bool]*[]outcome{
		true:  {true: &t.FlakyFailure, false: &t.FlakyError},
		false: {true: &t.RerunFailure, false: &t.RerunError},
	}[flaky][v == result.Fail]
	*list = append(*list, outcome{Message: result.FirstLine(a.Reason), Type: string(v), Text: plain(a.Reason)})
}

func ended(t testcase, v result.Verdict, reason, trace string) testcase {
	text := reason
	if trace != "" {
		text += "\n\n" + trace
	}
	o := &outcome{Message: result.FirstLine(reason), Type: string(v.Counted()), Text: plain(text)}
	switch v.Counted() {
	case result.Pass:
	case result.Fail:
		t.Failure = o
	case result.Skip:
		t.Skipped = &outcome{Message: o.Message}
	default:
		t.Error = o
	}
	return t
}

func absentSuite(r result.Report, p result.PlannedCell) suite {
	t := testcase{Name: "cell", Class: p.ID, Time: seconds(0)}
	if p.Runs() {
		t = ended(t, result.Miss, "planned and has no result", "")
	} else {
		t = ended(t, result.Skip, "excluded: "+p.Excluded, "")
	}
	return suite{Name: p.ID, Time: seconds(0), Timestamp: stamp(r.Start), Properties: given("kind", p.Kind), Cases: []testcase{t}}
}

func gateSuite(r result.Report) suite {
	t := testcase{Name: "release", Class: "gate", Time: seconds(0)}
	t = ended(t, r.Verdict.Verdict, strings.Join(r.Verdict.Reasons, "\n"), "")
	return suite{Name: "gate", Time: seconds(0), Timestamp: stamp(r.End), Cases: []testcase{t},
		Properties: given("version", r.Build.Version, "commit", r.Build.Commit, "seed", strconv.FormatInt(r.Seed, 10))}
}

// given pairs names with values and leaves out empty values.
func given(pairs ...string) []property {
	var all []property
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all = append(all, property{pairs[i], plain(pairs[i+1])})
		}
	}
	return all
}

func seconds(d time.Duration) string { return strconv.FormatFloat(max(d, 0).Seconds(), 'f', 3, 64) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }
