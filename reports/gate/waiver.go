package gate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// ParseWaivers reads a file of waivers strictly. A gate wants more of each than a
// report: one cell and no pattern, the text of the failure, and when it was issued.
// It waives a FAIL only: what is missing or broken stays so. Errors wrap
// attest.ErrFormat.
func ParseWaivers(raw []byte) ([]result.Waiver, error) {
	all, err := result.ReadWaivers(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", attest.ErrFormat, err)
	}
	for i, w := range all {
		if strings.ContainsAny(w.Cells, `*?[\`) || len(w.Text) < 5 || w.Issued.IsZero() || !w.Issued.Before(w.Until) {
			return nil, fmt.Errorf("waiver %d: %w: a gate wants one cell, text of five letters, and issued before until", i+1, attest.ErrFormat)
		}
	}
	return all, nil
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
			if !w.Names(c.ID, s.ID) || !strings.Contains(s.Reason, w.Text) {
				continue
			}
			if why := d.void(w); why != "" {
				d.note("The waiver of ", w.Who, " for ", c.ID, ", spec ", s.ID, " does not count: ", why, ".")
				continue
			}
			c.Specs[i].Verdict = result.Pass
			d.note("Cell ", c.ID, ", spec ", s.ID, " failed and is waived by ", w.Who, " until ", w.Until.UTC().Format(time.DateOnly), ": ", w.Reason, ".")
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
func (d *docket) void(w result.Waiver) string {
	longest := time.Duration(d.policy.MaxWaive) * 24 * time.Hour
	switch {
	case d.e.Now.Before(w.Issued):
		return "it is not yet issued"
	case !d.e.Now.Before(w.Until):
		return "it has expired"
	case w.Until.Sub(w.Issued) > longest:
		return fmt.Sprintf("it is for longer than the %d days that the policy allows", d.policy.MaxWaive)
	}
	return ""
}
