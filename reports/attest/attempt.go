package attest

import (
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Attempt is one run of one cell as its host attests it.
type Attempt struct {
	Run      string     // the run's ID, which is in its index too
	Plan     Artifact   // the file that says what a release must show
	Number   int        // from 1, counted per cell
	Host     string     // which host ran it, by the name in its record
	Class    Class      // where the host's key lives
	Subjects []Artifact // what was judged: programs, or the suite itself for a package cell
	Suite    Artifact   // the program that judged
	Build    result.Build
	Cell     result.Cell // what was found; Title, Source and Trace of specs are not attested
	Files    []Artifact  // what else the cell left: cell.json, logs
}

// testResult is the predicate. Fields that test-result v0.1 does not have are
// named by URIs, as it asks for.
type testResult struct {
	Result        string     `json:"result"`
	Configuration []resource `json:"configuration"`
	Passed        []string   `json:"passedTests,omitempty"`
	Warned        []string   `json:"warnedTests,omitempty"`
	Failed        []string   `json:"failedTests,omitempty"`
	Cell          cellPart   `json:"urn:smartcard-connect:attest:cell:1"`
	Open          []openSpec `json:"urn:smartcard-connect:attest:not-passed:1,omitempty"`
	Files         []Artifact `json:"urn:smartcard-connect:attest:files:1,omitempty"`
}

// resource is in-toto's ResourceDescriptor, as much as we need.
type resource struct {
	Name        string            `json:"name"`
	Digest      map[string]string `json:"digest,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	URI         string            `json:"uri,omitempty"`
}

type cellPart struct {
	Run      string         `json:"run"`
	Number   int            `json:"attempt"`
	Host     string         `json:"host"`
	Class    Class          `json:"key_class"`
	ID       string         `json:"id"`
	Series   string         `json:"series"`
	Protocol string         `json:"protocol"`
	Kind     string         `json:"kind"`
	Product  string         `json:"product"`
	Verdict  result.Verdict `json:"verdict"`
	Reason   string         `json:"reason,omitempty"`
	Fault    string         `json:"fault,omitempty"`
	Start    time.Time      `json:"start"`
	End      time.Time      `json:"end"`
}

// openSpec is a spec that did not pass, and why.
type openSpec struct {
	ID      string         `json:"id"`
	Verdict result.Verdict `json:"verdict"`
	Reason  string         `json:"reason,omitempty"`
}

// Statement says it in in-toto's words: PASSED is a cell with verdict PASS, and
// all else is FAILED, so that who knows no MISS cannot read it as a pass.
func (a Attempt) Statement() (Statement, error) {
	c := a.Cell
	p := testResult{
		Result: passedOr(c.Verdict), Configuration: a.configuration(), Files: a.Files,
		Cell: cellPart{
			Run: a.Run, Number: a.Number, Host: a.Host, Class: a.Class, ID: c.ID, Series: c.Series, Protocol: c.Protocol,
			Kind: c.Kind, Product: c.Product, Verdict: c.Verdict, Reason: c.Reason, Fault: c.Fault, Start: c.Start.UTC(), End: c.End.UTC(),
		},
	}
	for _, s := range c.Specs {
		switch s.Verdict.Counted() {
		case result.Pass:
			p.Passed = append(p.Passed, s.ID)
			continue
		case result.Skip:
		default:
			p.Failed = append(p.Failed, s.ID)
		}
		p.Open = append(p.Open, openSpec{s.ID, s.Verdict, s.Reason})
	}
	return About(a.Subjects, TypeTestResult, p)
}

func passedOr(v result.Verdict) string {
	if v == result.Pass {
		return "PASSED"
	}
	return "FAILED"
}

// Names in the configuration.
const (
	planName  = "plan"
	suiteName = "suite"
	benchName = "bench"
)

func (a Attempt) configuration() []resource {
	file := func(name string, f Artifact) resource {
		return resource{Name: name, Digest: map[string]string{"sha256": f.SHA256}, Annotations: map[string]string{"file": f.Name}}
	}
	b := a.Build
	return []resource{file(planName, a.Plan), file(suiteName, a.Suite), {
		Name: benchName, URI: ours + "bench:1",
		Annotations: map[string]string{"version": b.Version, "commit": b.Commit, "go": b.Go, "os": b.OS, "pcsc": b.PCSC},
	}}
}

// ReadAttempt reads what a verified statement says. Errors wrap ErrFormat or
// ErrMeaning: the latter where it contradicts itself.
func ReadAttempt(s Statement) (Attempt, error) {
	var p testResult
	if err := s.Into(TypeTestResult, &p); err != nil {
		return Attempt{}, err
	}
	c := p.Cell
	a := Attempt{
		Run: c.Run, Number: c.Number, Host: c.Host, Class: c.Class, Subjects: s.Subjects, Files: p.Files,
		Cell: result.Cell{
			ID: c.ID, Series: c.Series, Protocol: c.Protocol, Kind: c.Kind, Product: c.Product,
			Verdict: c.Verdict, Reason: c.Reason, Fault: c.Fault, Start: c.Start, End: c.End, Specs: p.specs(),
		},
	}
	a.configure(p.Configuration)
	if why := p.contradiction(a.Cell); why != "" {
		return Attempt{}, fmt.Errorf("%w: cell %s: %s", ErrMeaning, c.ID, why)
	}
	return a, nil
}

func (p testResult) specs() []result.Spec {
	var specs []result.Spec
	for _, id := range p.Passed {
		specs = append(specs, result.Spec{ID: id, Verdict: result.Pass})
	}
	for _, o := range p.Open {
		specs = append(specs, result.Spec{ID: o.ID, Verdict: o.Verdict, Reason: o.Reason})
	}
	return specs
}

// contradiction is what does not go together, or nothing.
func (p testResult) contradiction(c result.Cell) string {
	var failed []string
	for _, o := range p.Open {
		if o.Verdict == result.Pass {
			return "spec " + o.ID + " is listed as not passed and has verdict PASS"
		}
		if o.Verdict.Counted() != result.Skip {
			failed = append(failed, o.ID)
		}
	}
	switch {
	case c.ID == "" || p.Cell.Run == "" || p.Cell.Number < 1:
		return "cell, run or attempt is missing"
	case p.Result != passedOr(c.Verdict):
		return fmt.Sprintf("result is %s and the verdict %q", p.Result, c.Verdict)
	case len(p.Warned) > 0:
		return "we warn of nothing: a waiver is the gate's"
	case !slices.Equal(failed, p.Failed):
		return "failedTests are not the specs that did not pass"
	case slices.ContainsFunc(c.Specs, func(s result.Spec) bool { return s.ID == "" }):
		return "a spec has no ID"
	}
	return ""
}

func (a *Attempt) configure(all []resource) {
	for _, r := range all {
		file := Artifact{Name: r.Annotations["file"], SHA256: r.Digest["sha256"]}
		switch r.Name {
		case planName:
			a.Plan = file
		case suiteName:
			a.Suite = file
		case benchName:
			n := r.Annotations
			a.Build = result.Build{Version: n["version"], Commit: n["commit"], Go: n["go"], OS: n["os"], PCSC: n["pcsc"]}
		}
	}
}
