package result

import (
	"fmt"
	"io"
)

// Proof is what runs with the faults on have shown, and runs of the same cells
// without: that each spec can fail and need not, and for each fault who notices. It is optional in a report, and is the proof.json
// that the conformance program writes.
type Proof struct {
	Suite   string   `json:"suite,omitempty"`   // version of the conformance program; none in old ones
	Healthy []Health `json:"healthy,omitempty"` // each cell without a fault; none in old ones
	Rows    []Proven `json:"rows"`
	Effects []Effect `json:"effects"`
}

// Health is one cell without a fault.
type Health struct {
	Cell   string `json:"cell"`
	Judged int    `json:"judged"`          // specs that ran
	Red    []Sick `json:"red"`             // of these, those not green
	Error  string `json:"error,omitempty"` // why the cell did not open or close
}

// Sick is a spec that is not green without a fault: none proves it.
type Sick struct {
	Spec string `json:"spec"`
	Said string `json:"said"`
}

// Proven is one spec with its own fault on.
type Proven struct {
	Spec    string `json:"spec"`
	Fault   string `json:"fault,omitempty"`   // empty: it names none and is unproven
	Because string `json:"because,omitempty"` // what it must say
	Said    string `json:"said,omitempty"`    // what it said
	Red     bool   `json:"red"`               // red, for that reason, and green without the fault
	Without string `json:"without,omitempty"` // why it does not count: red without its fault, where, and what it said
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

// Unproven are the specs that were not seen red, or not green without their fault.
func (p Proof) Unproven() []string {
	var all []string
	for _, s := range p.Rows {
		if !s.Red || s.Fault == "" || s.Without != "" {
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

// full is p with lists that are not nil.
func (p Proof) full() Proof {
	p.Rows, p.Effects = full(p.Rows), full(p.Effects)
	for i, h := range p.Healthy {
		p.Healthy[i].Red = full(h.Red)
	}
	for i, e := range p.Effects {
		p.Effects[i].Red, p.Effects[i].Proves = full(e.Red), full(e.Proves)
	}
	return p
}
