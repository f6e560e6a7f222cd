package gate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// attempt reads one attempt, if it counts.
func (d *docket) attempt(f read) (attest.Attempt, error) {
	host, s, err := d.host(f.bundle)
	if err != nil {
		return attest.Attempt{}, err
	}
	a, err := attest.ReadAttempt(s)
	if err != nil {
		return a, err
	}
	for _, check := range []func() error{
		func() error { return d.byHost(a, host) },
		func() error { return d.indexed(a, f.bundle.Digest()) },
		func() error { return d.timely(a) },
		func() error { return d.about(a) },
	} {
		if err := check(); err != nil {
			return a, fmt.Errorf("cell %s: %w", a.Cell.ID, err)
		}
	}
	return a, nil
}

// host finds the records of the key that signed.
func (d *docket) host(b *attest.Bundle) ([]enrolled, attest.Statement, error) {
	var keys []attest.Key
	for _, h := range d.hosts {
		keys = append(keys, h.key)
	}
	s, key, err := b.VerifyAny(keys)
	if err != nil {
		return nil, s, err
	}
	if slices.Contains(d.policy.Revoked, key.ID()) {
		return nil, s, errors.New("the host's key is revoked")
	}
	others := func(h enrolled) bool { return h.key.ID() != key.ID() }
	return slices.DeleteFunc(slices.Clone(d.hosts), others), s, nil
}

// byHost holds what the host says of itself against its records.
func (d *docket) byHost(a attest.Attempt, records []enrolled) error {
	at := slices.IndexFunc(records, func(h enrolled) bool { return h.Holds(a.Cell.Start) && h.Holds(a.Cell.End) })
	if at < 0 {
		return errors.New("the host's record did not hold when it ran")
	}
	if r := records[at]; r.Host != a.Host || r.Class != a.Class {
		return fmt.Errorf("it says host %s with a key in %s, and the record says %s in %s", a.Host, a.Class, r.Host, r.Class)
	}
	if _, ok := d.policy.Levels[a.Class]; !ok {
		return fmt.Errorf("the policy does not accept keys of class %s", a.Class)
	}
	return nil
}

// indexed holds it against the planner's index: this statement, and no other, is
// this attempt of this run.
func (d *docket) indexed(a attest.Attempt, digest string) error {
	if a.Run != d.index.Run || a.Plan.SHA256 != d.planSum {
		return errors.New("it is of another run or of another plan")
	}
	for _, e := range d.index.Attempts {
		if e.Cell == a.Cell.ID && e.Number == a.Number {
			if e.Statement != digest || e.Host != a.Host {
				return errors.New("the index has another statement for this attempt")
			}
			return nil
		}
	}
	return errors.New("the index does not list this attempt")
}

func (d *docket) timely(a attest.Attempt) error {
	from, to := d.index.Start.Add(-skew), d.index.End.Add(skew)
	inside := func(t time.Time) bool { return !t.Before(from) && !t.After(to) }
	if !inside(a.Cell.Start) || !inside(a.Cell.End) || a.Cell.End.Before(a.Cell.Start) {
		return errors.New("it did not run within the run")
	}
	if d.e.Now.Sub(a.Cell.End) > d.policy.maxAge() {
		return fmt.Errorf("it ran longer ago than the %d hours that the policy allows", d.policy.MaxAgeHours)
	}
	return nil
}

// about holds subjects and suite against the plan.
func (d *docket) about(a attest.Attempt) error {
	if !has(d.release.Suites, a.Suite.SHA256) {
		return errors.New("the suite that judged is not one of the plan's")
	}
	if a.Cell.Kind == result.KindPackage {
		if !same(a.Subjects, []attest.Artifact{a.Suite}) {
			return errors.New("a package cell judges what is linked into the suite, and no program")
		}
		return nil
	}
	planned, ok := d.release.cell(a.Cell.ID)
	if ok && same(a.Subjects, d.release.judged(planned)) {
		return nil
	}
	foreign := func(s attest.Artifact) bool { return !has(d.release.Artifacts, s.SHA256) }
	if ok || slices.ContainsFunc(a.Subjects, foreign) {
		return fmt.Errorf("what it judged, %s, is not what the plan says", names(a.Subjects))
	}
	return nil
}

func names(all []attest.Artifact) string {
	var s string
	for i, a := range all {
		if i > 0 {
			s += ", "
		}
		s += a.Name + " " + a.SHA256[:12]
	}
	return s
}

// assemble makes the report of what counts: the last attempt at each cell, and
// all that another attempt may not replace.
func (d *docket) assemble() result.Report {
	r := result.Report{Schema: result.Schema, Plan: d.release.plan(), Start: d.index.Start, End: d.index.End}
	d.absent()
	for i, a := range d.attempts {
		r.Build = a.Build
		last := i == len(d.attempts)-1 || d.attempts[i+1].Cell.ID != a.Cell.ID
		if !last && retried(a.Cell) {
			d.note("Cell ", a.Cell.ID, " ended as ", string(a.Cell.Verdict), " at attempt ", fmt.Sprint(a.Number), " and was tried again: ", result.FirstLine(a.Cell.Reason), ".")
			continue
		}
		r.Cells = append(r.Cells, d.waive(a.Cell))
	}
	return r
}

// retried says whether a later attempt may stand for this one: it says nothing
// about the product.
func retried(c result.Cell) bool {
	n := c.Count()
	return (c.Verdict == result.Miss && c.Reason != "") || (c.Verdict == result.Error && n.Fail == 0)
}

// absent leaves open what the index lists and nobody handed in.
func (d *docket) absent() {
	highest := map[string]int{}
	for _, e := range d.index.Attempts {
		there := func(a counted) bool { return a.Cell.ID == e.Cell && a.Number == e.Number }
		if !slices.ContainsFunc(d.attempts, there) {
			d.open("Cell ", e.Cell, ", attempt ", fmt.Sprint(e.Number), " is in the index, and no attestation of it counts.")
		}
		highest[e.Cell] = max(highest[e.Cell], e.Number)
	}
	for _, e := range d.index.Attempts {
		highest[e.Cell]--
	}
	for _, c := range d.index.Attempts {
		if highest[c.Cell] > 0 {
			d.refuse("The index leaves out an attempt at cell ", c.Cell, ".")
		}
	}
}
