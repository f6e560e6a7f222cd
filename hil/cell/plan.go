package cell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Spec is one line of `conformance list --json`. Fields that we do not need are
// left alone: the list may grow.
type Spec struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Source   string   `json:"source"`
	Requires []string `json:"requires"`
	Proof    string   `json:"proof"`
}

// ParseSpecs reads the output of `conformance list --json`. An empty list is an
// error: a plan of nothing would let anything out.
func ParseSpecs(b []byte) ([]Spec, error) {
	var specs []Spec
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&specs); err != nil {
		return nil, fmt.Errorf("the list of specs: %w", err)
	}
	if len(specs) == 0 {
		return nil, errors.New("the list of specs is empty")
	}
	for _, s := range specs {
		if s.ID == "" {
			return nil, errors.New("the list of specs has one without an ID")
		}
	}
	return specs, nil
}

// Required lists the specs that must pass in c: all whose features it claims and
// that it is for, in the list's order. What ran never changes it.
func (c Cell) Required(specs []Spec) []string {
	required, patterns := []string{}, c.Patterns()
	for _, s := range specs {
		if c.claims(s.Requires) && (len(patterns) == 0 || Matches(patterns, s.ID)) {
			required = append(required, s.ID)
		}
	}
	return required
}

func (c Cell) claims(features []string) bool {
	return !slices.ContainsFunc(features, func(f string) bool { return !slices.Contains(c.Features, f) })
}

// Plan says what a release must show on these cells.
func Plan(cells []Cell, specs []Spec) result.Plan {
	var p result.Plan
	for _, c := range cells {
		p.Cells = append(p.Cells, result.PlannedCell{
			ID: c.ID(), Kind: c.Kind, Required: c.Required(specs), Excluded: c.Excluded,
		})
	}
	return p
}
