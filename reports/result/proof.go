package result

import (
	"fmt"
	"io"
)

// Proof is what runs with the faults on have shown: that each spec can fail, and
// for each fault who notices. It is optional in a report, and is the proof.json
// that the conformance program writes.
type Proof struct {
	Rows    []Proven `json:"rows"`
	Effects []Effect `json:"effects"`
}

// Proven is one spec with its own fault on.
type Proven struct {
	Spec    string `json:"spec"`
	Fault   string `json:"fault,omitempty"`   // empty: it names none and is unproven
	Because string `json:"because,omitempty"` // what it must say
	Said    string `json:"said,omitempty"`    // what it said
	Red     bool   `json:"red"`               // red, and for that reason
	Skipped string `json:"skipped,omitempty"` // why this machine cannot show it
}

// Effect is one fault and the specs that notice it.
type Effect struct {
	Fault  string   `json:"fault"`
	Cell   string   `json:"cell,omitempty"`
	Judged int      `json:"judged"`          // specs that a healthy cell judges
	Red    []string `json:"red"`             // of these, those not green with the fault on
	Proves []string `json:"proves"`          // specs that have the fault for their proof
	Error  string   `json:"error,omitempty"` // why it could not be found out
}

// Green is how many specs stayed green with the fault on.
func (e Effect) Green() int { return e.Judged - len(e.Red) }

// Unproven are the specs that were not seen red.
func (p Proof) Unproven() []string {
	var all []string
	for _, s := range p.Rows {
		if !s.Red || s.Fault == "" {
			all = append(all, s.Spec)
		}
	}
	return all
}

// ReadProof reads the JSON of a Proof, as strict as Read.
func ReadProof(r io.Reader) (Proof, error) {
	var p Proof
	if err := strict(r, &p); err != nil {
		return Proof{}, fmt.Errorf("proof: %w", err)
	}
	return p, nil
}

// WriteProof writes p as JSON, lists never null.
func WriteProof(w io.Writer, p Proof) error { return indent(w, p.full()) }

// full is p with lists that are not nil.
func (p Proof) full() Proof {
	p.Rows, p.Effects = full(p.Rows), full(p.Effects)
	for i, e := range p.Effects {
		p.Effects[i].Red, p.Effects[i].Proves = full(e.Red), full(e.Proves)
	}
	return p
}
