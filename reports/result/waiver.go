package result

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Waiver says that a red spec is known and borne for a time. In a report it is
// a record and changes no verdict; a gate heeds only waivers of a signed policy.
type Waiver struct {
	Spec   string    `json:"spec"`  // ID of one spec: a pattern would waive what nobody has seen
	Cells  string    `json:"cells"` // pattern of cell IDs, as for path.Match: "series9-*"
	Reason string    `json:"reason"`
	Who    string    `json:"who"`   // who answers for it
	Until  time.Time `json:"until"` // from then on it is none
}

// ErrWaiver is wrapped where a waiver does not say all that it must.
var ErrWaiver = errors.New("this is no waiver")

// Check says what w lacks, an ErrWaiver, or nil.
func (w Waiver) Check() error {
	for _, f := range []struct{ name, text string }{{"spec", w.Spec}, {"cells", w.Cells}, {"reason", w.Reason}, {"who", w.Who}} {
		if strings.TrimSpace(f.text) == "" {
			return fmt.Errorf("%w: it has no %s", ErrWaiver, f.name)
		}
	}
	if w.Until.IsZero() {
		return fmt.Errorf("%w: it has no end", ErrWaiver)
	}
	if _, err := path.Match(w.Cells, ""); err != nil {
		return fmt.Errorf("%w: cells %q: %w", ErrWaiver, w.Cells, err)
	}
	return nil
}

// Covers says whether w speaks for this spec in this cell at this time. A
// waiver that has expired, or that Check refuses, covers nothing.
func (w Waiver) Covers(cell, spec string, at time.Time) bool {
	if w.Check() != nil || w.Spec != spec || !at.Before(w.Until) {
		return false
	}
	ok, err := path.Match(w.Cells, cell)
	return ok && err == nil
}

// Waived is the first waiver of the report that covered this spec in this cell
// when the run ended.
func (r Report) Waived(cell, spec string) (Waiver, bool) {
	for _, w := range r.Waivers {
		if w.Covers(cell, spec, r.End) {
			return w, true
		}
	}
	return Waiver{}, false
}

// ReadWaivers reads a JSON array of waivers, as strict as Read, and refuses one
// that Check refuses.
func ReadWaivers(r io.Reader) ([]Waiver, error) {
	var all []Waiver
	if err := strict(r, &all); err != nil {
		return nil, fmt.Errorf("waivers: %w", err)
	}
	for i, w := range all {
		if err := w.Check(); err != nil {
			return nil, fmt.Errorf("waiver %d: %w", i+1, err)
		}
	}
	return all, nil
}
