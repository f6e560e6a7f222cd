package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Release is the plan for one release: the programs by digest, and what must be
// shown of them. Its owner signs it, and not the bench.
type Release struct {
	Schema    int               `json:"schema"` // 1
	Name      string            `json:"name"`
	Artifacts []attest.Artifact `json:"artifacts"` // what would ship
	Suites    []attest.Artifact `json:"suites"`    // programs that may judge
	Cells     []ReleaseCell     `json:"cells"`
	// Counts says by a program's name which kinds of cell count for it, where
	// that is not what Kinds says by itself: remote cells count for none.
	Counts map[string][]string `json:"counts,omitempty"`
}

// Kinds are those of the cells that count for a program: what the plan says, or
// windows for a name that ends in .exe and pcscd for all others.
func (r Release) Kinds(program string) []string {
	if said, ok := r.Counts[program]; ok {
		return said
	}
	if strings.HasSuffix(strings.ToLower(program), ".exe") {
		return []string{result.KindWindows}
	}
	return []string{result.KindPCSCD}
}

// ReleaseCell is a planned cell and the programs, by name, that it judges. A
// package cell judges none.
type ReleaseCell struct {
	result.PlannedCell
	Judges []string `json:"judges,omitempty"`
}

// ParseRelease reads a release plan strictly. Errors wrap attest.ErrFormat.
func ParseRelease(raw []byte) (Release, error) {
	var r Release
	if err := strict(raw, &r); err != nil {
		return r, fmt.Errorf("plan: %w", err)
	}
	if r.Schema != Schema || r.Name == "" || len(r.Artifacts) == 0 || len(r.Suites) == 0 {
		return r, fmt.Errorf("plan: %w: schema 1, name, artifacts and suites must be there", attest.ErrFormat)
	}
	return r, r.sound()
}

// sound refuses a plan in which a name means two things or nothing.
func (r Release) sound() error {
	names, sums, cells := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, a := range slices.Concat(r.Artifacts, r.Suites) {
		if a.Name == "" || len(a.SHA256) != 64 || names[a.Name] || sums[a.SHA256] {
			return fmt.Errorf("plan: %w: program %q is there twice, or has no name or digest", attest.ErrFormat, a.Name)
		}
		names[a.Name], sums[a.SHA256] = true, true
	}
	for name, kinds := range r.Counts {
		if _, ok := r.artifact(name); !ok || len(kinds) == 0 || slices.Contains(kinds, result.KindPackage) {
			return fmt.Errorf("plan: %w: cells of kind %q cannot count for %q", attest.ErrFormat, kinds, name)
		}
	}
	for _, c := range r.Cells {
		if c.ID == "" || cells[c.ID] {
			return fmt.Errorf("plan: %w: cell %q is there twice, or has no ID", attest.ErrFormat, c.ID)
		}
		cells[c.ID] = true
		if c.Runs() && c.Kind != result.KindPackage && len(c.Judges) == 0 {
			return fmt.Errorf("plan: %w: cell %s of kind %s judges no program", attest.ErrFormat, c.ID, c.Kind)
		}
		for _, name := range c.Judges {
			if _, ok := r.artifact(name); !ok || c.Kind == result.KindPackage {
				return fmt.Errorf("plan: %w: cell %s of kind %s cannot judge %q", attest.ErrFormat, c.ID, c.Kind, name)
			}
		}
	}
	return nil
}

func (r Release) artifact(name string) (attest.Artifact, bool) {
	for _, a := range r.Artifacts {
		if a.Name == name {
			return a, true
		}
	}
	return attest.Artifact{}, false
}

// judged are the programs of a cell.
func (r Release) judged(c ReleaseCell) []attest.Artifact {
	var all []attest.Artifact
	for _, name := range c.Judges {
		a, _ := r.artifact(name)
		all = append(all, a)
	}
	return all
}

// plan is what Decide knows of it.
func (r Release) plan() result.Plan {
	var p result.Plan
	for _, c := range r.Cells {
		p.Cells = append(p.Cells, c.PlannedCell)
	}
	return p
}

func (r Release) cell(id string) (ReleaseCell, bool) {
	for _, c := range r.Cells {
		if c.ID == id {
			return c, true
		}
	}
	return ReleaseCell{}, false
}

// programs leaves open what no cell that counts judges.
func (f *findings) programs(r Release) {
	for _, a := range r.Artifacts {
		kinds := r.Kinds(a.Name)
		judges := func(c ReleaseCell) bool {
			return c.Runs() && slices.Contains(kinds, c.Kind) && slices.Contains(c.Judges, a.Name)
		}
		if !slices.ContainsFunc(r.Cells, judges) {
			f.open("No cell of kind ", strings.Join(kinds, " or "), " judges the program ", a.Name, ", and no other counts for it.")
		}
	}
}

// has says whether a digest is among these.
func has(all []attest.Artifact, sha256 string) bool {
	return slices.ContainsFunc(all, func(a attest.Artifact) bool { return a.SHA256 == sha256 })
}

// same says whether two lists have the same digests.
func same(a, b []attest.Artifact) bool {
	in := func(all []attest.Artifact) func(attest.Artifact) bool {
		return func(x attest.Artifact) bool { return !has(all, x.SHA256) }
	}
	return !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}
