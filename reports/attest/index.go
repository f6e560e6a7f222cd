package attest

import (
	"fmt"
	"time"
)

// Index is a run as its planner attests it: every attempt there was. Bundles are
// a heap from which one can be taken away unseen; the index is what shows it.
type Index struct {
	Run      string    `json:"run"`
	Plan     string    `json:"plan_sha256"`
	Class    Class     `json:"key_class"` // where the planner's key lives
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Attempts []Entry   `json:"attempts"`
}

// Entry is one attempt and the digest of the statement about it.
type Entry struct {
	Cell      string `json:"cell"`
	Number    int    `json:"attempt"`
	Host      string `json:"host"`
	Statement string `json:"statement_sha256"`
}

// Statement is about all that the run judged.
func (i Index) Statement(subjects []Artifact) (Statement, error) {
	return About(subjects, TypeIndex, i)
}

// ReadIndex reads what a verified statement says.
func ReadIndex(s Statement) (Index, error) {
	var i Index
	if err := s.Into(TypeIndex, &i); err != nil {
		return Index{}, err
	}
	if i.Run == "" || i.Plan == "" || i.End.Before(i.Start) {
		return Index{}, fmt.Errorf("index: %w: run, plan or times are missing", ErrMeaning)
	}
	seen := map[string]bool{}
	for _, e := range i.Attempts {
		name := fmt.Sprintf("%s, attempt %d", e.Cell, e.Number)
		if seen[name] || e.Number < 1 {
			return Index{}, fmt.Errorf("index: %w: %s is there twice or has no number", ErrMeaning, name)
		}
		seen[name] = true
	}
	return i, nil
}
