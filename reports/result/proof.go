package result

import (
	"fmt"
	"io"
)

// Proof is what a run with the faults on has shown: that each spec can fail, and
// for each fault who notices. It is optional in a report.
type Proof struct {
	Specs  []Proven `json:"specs"`
	Faults []Caught `json:"faults"`
}

// Proven is one spec against the fault it names.
type Proven struct {
	ID       string  `json:"id"`
	Fault    string  `json:"fault,omitempty"` // empty: it names none and is unproven
	Verdict  Verdict `json:"verdict"`         // with the fault on; FAIL is what is wanted
	Observed string  `json:"observed,omitempty"`
}

// Caught is one fault against all specs.
type Caught struct {
	ID    string   `json:"id"`
	Title string   `json:"title,omitempty"`
	By    []string `json:"by"`    // specs that were red with it and green without
	Green int      `json:"green"` // how many stayed green
}

// Red says whether the spec was seen red for its own fault.
func (p Proven) Red() bool { return p.Fault != "" && p.Verdict == Fail }

// Unproven are the specs that were not seen red.
func (p Proof) Unproven() []string {
	var all []string
	for _, s := range p.Specs {
		if !s.Red() {
			all = append(all, s.ID)
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
	p.Specs, p.Faults = full(p.Specs), full(p.Faults)
	for i := range p.Faults {
		p.Faults[i].By = full(p.Faults[i].By)
	}
	return p
}
