package result

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Waivers is a file of them: one form for a report, which shows them, and for a
// gate, which heeds those that a release's owner has signed.
type Waivers struct {
	Schema  int      `json:"schema"` // 1
	Waivers []Waiver `json:"waivers"`
}

// Waiver says that a red spec is known and borne for a time. In a report it is
// a record and changes no verdict.
type Waiver struct {
	Spec   string    `json:"spec"`           // ID of one spec: a pattern would waive what nobody has seen
	Cells  string    `json:"cells"`          // pattern of cell IDs, as for path.Match: "series9-*"; for a gate one ID
	Text   string    `json:"text,omitempty"` // must be in the failure's reason, so that another failure is not waived; a gate needs it
	Reason string    `json:"reason"`
	Who    string    `json:"who"`             // who answers for it
	Issued time.Time `json:"issued,omitzero"` // before then it is none; a gate needs it
	Until  time.Time `json:"until"`           // from then on it is none
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

// Names says whether w is about this spec in this cell.
func (w Waiver) Names(cell, spec string) bool {
	ok, err := path.Match(w.Cells, cell)
	return ok && err == nil && w.Spec == spec
}

// Covers says whether w speaks for this spec in this cell at this time. A
// waiver that is not yet issued or has expired, or that Check refuses, covers
// nothing.
func (w Waiver) Covers(cell, spec string, at time.Time) bool {
	return w.Check() == nil && w.Names(cell, spec) && !at.Before(w.Issued) && at.Before(w.Until)
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

// ReadWaivers reads a file of waivers, as strict as Read, and refuses one that
// Check refuses.
func ReadWaivers(r io.Reader) ([]Waiver, error) {
	var all Waivers
	if err := strict(r, &all); err != nil {
		return nil, fmt.Errorf("waivers: %w", err)
	}
	if all.Schema != Schema {
		return nil, fmt.Errorf("waivers: %w: schema %d, want %d", ErrWaiver, all.Schema, Schema)
	}
	for i, w := range all.Waivers {
		if err := w.Check(); err != nil {
			return nil, fmt.Errorf("waiver %d: %w", i+1, err)
		}
	}
	return all.Waivers, nil
}
