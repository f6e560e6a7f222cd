package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Waivers is a file of them.
type Waivers struct {
	Schema  int      `json:"schema"` // 1
	Waivers []Waiver `json:"waivers"`
}

// Waiver lets one known failure pass for a while. It waives a FAIL only: what is
// missing or broken stays so.
type Waiver struct {
	Cell    string    `json:"cell"`
	Spec    string    `json:"spec"`
	Text    string    `json:"text"` // must be in the failure's reason, so that another failure is not waived
	Owner   string    `json:"owner"`
	Reason  string    `json:"reason"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}

// ParseWaivers reads a file of waivers strictly. Errors wrap attest.ErrFormat.
func ParseWaivers(raw []byte) ([]Waiver, error) {
	var w Waivers
	if err := strict(raw, &w); err != nil {
		return nil, fmt.Errorf("waivers: %w", err)
	}
	if w.Schema != Schema {
		return nil, fmt.Errorf("waivers: %w: schema %d, want %d", attest.ErrFormat, w.Schema, Schema)
	}
	for _, x := range w.Waivers {
		if x.Cell == "" || x.Spec == "" || len(x.Text) < 5 || x.Owner == "" || x.Reason == "" || !x.Issued.Before(x.Expires) {
			return nil, fmt.Errorf("waivers: %w: cell, spec, text of five letters, owner, reason, issued and expires must be there", attest.ErrFormat)
		}
	}
	return w.Waivers, nil
}

// waive turns waived failures of a cell into passes and notes them. A cell that
// failed by them alone is judged again.
func (d *docket) waive(c result.Cell) result.Cell {
	c.Specs = slices.Clone(c.Specs)
	waived := 0
	for i, s := range c.Specs {
		if s.Verdict != result.Fail {
			continue
		}
		for _, w := range d.waivers {
			if w.Cell != c.ID || w.Spec != s.ID || !strings.Contains(s.Reason, w.Text) {
				continue
			}
			if why := d.void(w); why != "" {
				d.note("The waiver of ", w.Owner, " for ", c.ID, ", spec ", s.ID, " does not count: ", why, ".")
				continue
			}
			c.Specs[i].Verdict = result.Pass
			d.note("Cell ", c.ID, ", spec ", s.ID, " failed and is waived by ", w.Owner, " until ", w.Expires.UTC().Format(time.DateOnly), ": ", w.Reason, ".")
			waived++
			break
		}
	}
	if waived > 0 && c.Verdict == result.Fail {
		c.Verdict = result.Judge(c.Specs)
	}
	return c
}

// void is why a waiver does not count now, or nothing.
func (d *docket) void(w Waiver) string {
	longest := time.Duration(d.policy.MaxWaive) * 24 * time.Hour
	switch {
	case d.e.Now.Before(w.Issued):
		return "it is not yet issued"
	case !d.e.Now.Before(w.Expires):
		return "it has expired"
	case w.Expires.Sub(w.Issued) > longest:
		return fmt.Sprintf("it is for longer than the %d days that the policy allows", d.policy.MaxWaive)
	}
	return ""
}
