package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Evidence is all that Verify looks at.
type Evidence struct {
	Owners    []attest.Key // of the release: whom the caller trusts, whatever the files say
	Policy    SignedFile
	Plan      SignedFile
	Waivers   []SignedFile
	Bundles   []File            // records, one index, attempts, in any order
	Artifacts []attest.Artifact // what is about to ship
	Now       time.Time
}

// File is a file in memory.
type File struct {
	Name    string
	Content []byte
}

// SignedFile is a file and the bundle beside it.
type SignedFile struct {
	File
	Bundle []byte
}

// verify checks that an owner signed the file as this.
func (s SignedFile) verify(owners []attest.Key, role attest.Role) error {
	b, err := attest.Read(s.Bundle)
	if err == nil {
		err = attest.VerifyFile(b, owners, role, s.Content)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}

// Outcome is the gate's word and how it came to it.
type Outcome struct {
	Decision result.Decision `json:"decision"`
	Class    attest.Class    `json:"key_class,omitempty"` // the weakest key that anything hangs on
	Level    string          `json:"level,omitempty"`     // what a PASS may claim
	Notes    []string        `json:"notes,omitempty"`     // what a reader of a PASS must know too
	Attempts []Line          `json:"attempts"`
	Report   result.Report   `json:"-"` // made from the attestations

	e      Evidence
	policy Policy
	inputs []File
}

// Line is one attempt that counted.
type Line struct {
	Cell    string         `json:"cell"`
	Number  int            `json:"attempt"`
	Host    string         `json:"host"`
	Class   attest.Class   `json:"key_class"`
	Verdict result.Verdict `json:"verdict"`
	File    string         `json:"file"`
}

// Verify judges a release by what was attested. An error says that policy or plan
// cannot be trusted, so that there is nothing to judge by: exit code 3.
func Verify(e Evidence) (Outcome, error) {
	d := docket{e: e}
	if err := d.rules(); err != nil {
		return Outcome{}, err
	}
	d.shipped()
	d.readWaivers()
	d.sort()
	d.readRecords()
	d.readIndex()
	d.readAttempts()
	r := d.assemble()
	d.programs(d.release)
	d.report(r)
	o := Outcome{Notes: d.notes, Attempts: d.lines, Report: r, e: e, policy: d.policy, inputs: d.inputs}
	d.level(&o)
	o.Decision = d.decision(r)
	o.Report.Verdict = &o.Decision
	if o.Decision.Verdict != result.Pass {
		o.Level = ""
	}
	return o, nil
}

// docket is what Verify knows so far.
type docket struct {
	findings
	e        Evidence
	policy   Policy
	release  Release
	planSum  string
	waivers  []result.Waiver
	planners []attest.Key
	sorted   map[string][]read // bundles by the type they claim
	hosts    []enrolled
	index    attest.Index
	attempts []counted
	classes  []attest.Class
	notes    []string
	lines    []Line
	inputs   []File
}

// read is a bundle in its form.
type read struct {
	name   string
	bundle *attest.Bundle
}

// enrolled is a host's record with its key.
type enrolled struct {
	attest.Record
	key attest.Key
}

// counted is an attempt that counts.
type counted struct {
	attest.Attempt
	name string
}

func (d *docket) note(words ...string) {
	if s := strings.Join(words, ""); !slices.Contains(d.notes, s) {
		d.notes = append(d.notes, s)
	}
}

// used remembers what the decision rests on.
func (d *docket) used(name string, content []byte) {
	d.inputs = append(d.inputs, File{name, content})
}

// rules are policy and plan.
func (d *docket) rules() error {
	for _, s := range []struct {
		file SignedFile
		role attest.Role
	}{{d.e.Policy, attest.RolePolicy}, {d.e.Plan, attest.RolePlan}} {
		if err := s.file.verify(d.e.Owners, s.role); err != nil {
			return err
		}
	}
	var err error
	if d.policy, err = ParsePolicy(d.e.Policy.Content); err != nil {
		return err
	}
	if d.planners, err = d.policy.planners(); err != nil {
		return err
	}
	d.planSum = attest.Bytes("", d.e.Plan.Content).SHA256
	d.used(d.e.Plan.Name, d.e.Plan.Content)
	d.release, err = ParseRelease(d.e.Plan.Content)
	return err
}

// shipped holds what is about to ship against the plan.
func (d *docket) shipped() {
	if len(d.e.Artifacts) == 0 {
		d.open("No program was handed in that is about to ship.")
	}
	for _, a := range d.e.Artifacts {
		if !has(d.release.Artifacts, a.SHA256) {
			d.refuse("The program ", a.Name, " with SHA-256 ", a.SHA256, " is not one of the plan's.")
		}
	}
}

func (d *docket) readWaivers() {
	for _, s := range d.e.Waivers {
		all, err := ParseWaivers(s.Content)
		if signed := s.verify(d.e.Owners, attest.RoleWaivers); signed != nil {
			err = signed
		}
		if err != nil {
			d.refuse("The waivers do not count: ", err.Error(), ".")
			continue
		}
		d.used(s.Name, s.Content)
		d.waivers = append(d.waivers, all...)
	}
}

// sort reads the bundles' form. None counts twice.
func (d *docket) sort() {
	d.sorted = map[string][]read{}
	seen := map[string]string{}
	for _, f := range d.e.Bundles {
		b, err := attest.Read(f.Content)
		if err != nil {
			d.refuse(f.Name, " is refused: ", err.Error(), ".")
			continue
		}
		if before, twice := seen[b.Digest()]; twice {
			d.refuse(f.Name, " is refused: it says the same as ", before, ".")
			continue
		}
		seen[b.Digest()] = f.Name
		kind := b.Claims()
		if !slices.Contains([]string{attest.TypeRecord, attest.TypeIndex, attest.TypeTestResult}, kind) {
			d.refuse(f.Name, " is refused: the gate has no use for ", kind, ".")
			continue
		}
		d.sorted[kind] = append(d.sorted[kind], read{f.Name, b})
	}
}

func (d *docket) readRecords() {
	for _, f := range d.sorted[attest.TypeRecord] {
		s, _, err := f.bundle.VerifyAny(d.planners)
		var r attest.Record
		var k attest.Key
		if err == nil {
			r, k, err = attest.ReadRecord(s)
		}
		if err != nil {
			d.refuse(f.name, " is refused as the record of a host's key: ", err.Error(), ".")
			continue
		}
		d.used(f.name, f.bundle.JSON())
		d.hosts = append(d.hosts, enrolled{r, k})
	}
}

// skew is how far two clocks may be apart.
const skew = 5 * time.Minute

// readIndex finds the run's index: one, of this plan, and recent.
func (d *docket) readIndex() {
	all := d.sorted[attest.TypeIndex]
	if len(all) == 0 {
		d.open("There is no index of a run.")
		return
	}
	if len(all) > 1 {
		d.refuse("There are ", fmt.Sprint(len(all)), " indexes, so which run counts cannot be said.")
		return
	}
	s, key, err := all[0].bundle.VerifyAny(d.planners)
	var i attest.Index
	if err == nil {
		i, err = attest.ReadIndex(s)
	}
	if err != nil {
		d.refuse(all[0].name, " is refused as the index of a run: ", err.Error(), ".")
		return
	}
	if why := d.stale(i, key); why != "" {
		d.refuse("The run of ", i.End.UTC().Format(time.RFC3339), " is refused: ", why, ".")
		return
	}
	d.index = i
	d.classes = append(d.classes, i.Class)
	d.used(all[0].name, all[0].bundle.JSON())
}

// stale is why a run is not one to go by, or nothing.
func (d *docket) stale(i attest.Index, key attest.Key) string {
	switch {
	case slices.Contains(d.policy.Revoked, key.ID()):
		return "its planner's key is revoked"
	case i.Plan != d.planSum:
		return "it is of another plan"
	case d.e.Now.Sub(i.End) > d.policy.maxAge():
		return fmt.Sprintf("it is older than the %d hours that the policy allows", d.policy.MaxAgeHours)
	case i.End.Sub(d.e.Now) > skew:
		return "it is of the future"
	}
	return ""
}

// readAttempts reads what counts of the run, if there is one to go by.
func (d *docket) readAttempts() {
	if d.index.Run == "" {
		return
	}
	for _, f := range d.sorted[attest.TypeTestResult] {
		a, err := d.attempt(f)
		if err != nil {
			d.refuse(f.name, " is refused: ", err.Error(), ".")
			continue
		}
		d.used(f.name, f.bundle.JSON())
		d.classes = append(d.classes, a.Class)
		d.attempts = append(d.attempts, counted{a, f.name})
		d.lines = append(d.lines, Line{a.Cell.ID, a.Number, a.Host, a.Class, a.Cell.Verdict, f.name})
	}
	slices.SortStableFunc(d.lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Number, b.Number))
	})
	slices.SortStableFunc(d.attempts, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.Cell.ID, b.Cell.ID), cmp.Compare(a.Number, b.Number))
	})
}
