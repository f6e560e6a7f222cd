// Package proof shows that the checks can fail: it switches each check's own
// fault on and wants it red for its own reason, and switches each fault on and
// looks which checks notice it. Without a fault it wants them green. A suite that
// stays green whatever is broken judges nothing; one that goes red as a whole, or
// always, says nothing of what broke.
package proof

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Cells is the matrix in process: the provider's other modes, and every series
// the agent knows.
func Cells() []target.File {
	return append([]target.File{target.InMode("fapi2"), target.InMode("extended"), target.FullPIV(iso7816.T0), target.FullPIV(iso7816.T1)}, Whole()...)
}

// Whole are the cells with an agent: every series on both protocols.
func Whole() []target.File {
	var out []target.File
	for _, d := range series.All() {
		for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
			out = append(out, target.InProcess(d.Series, p))
		}
	}
	return out
}

// Row is one check with its own fault on, and without. As JSON it is the Proven
// of reports/result.
type Row struct {
	Spec    string `json:"spec"`
	Fault   string `json:"fault,omitempty"`
	Because string `json:"because,omitempty"` // what the check must say
	Said    string `json:"said,omitempty"`    // what it said
	Red     bool   `json:"red"`               // red, for that reason, and green without the fault
	Without string `json:"without,omitempty"` // why it does not count: red without its fault, where, and what it said
	Skipped string `json:"skipped,omitempty"` // why this machine cannot show it
}

// One switches a check's own fault on in the last cell that can show it. Whether
// the check is green without it is for the cell's Health to say.
func One(ctx context.Context, c suite.Check) Row {
	row := Row{Spec: c.ID, Fault: c.Proof, Because: c.Because}
	if row.Skipped = lacking(c); row.Skipped != "" {
		return row
	}
	f, err := setting(c)
	if err != nil {
		row.Said = err.Error()
		return row
	}
	f.Faults = []string{c.Proof}
	t, err := target.Open(ctx, f)
	if err != nil {
		row.Said = err.Error()
		return row
	}
	s := judge.One(ctx, c, t, judge.Limits{})
	row.Said = s.Reason
	if err := t.Close(); err != nil {
		row.Said += "; " + err.Error()
		return row
	}
	row.Red = s.Verdict == result.Fail && c.Because != "" && strings.Contains(s.Reason, c.Because)
	return row
}

// setting is the cell that a check is proved in, without its fault. One that wants
// no more than a card gets a cell of that, under a name of its own.
func setting(c suite.Check) (target.File, error) {
	f, err := CellFor(c)
	if err == nil && onCardAlone(c) {
		f.Cell += "-card-alone"
		f.Features = slices.DeleteFunc(f.Features, func(x target.Feature) bool { return !target.OnCard(x) })
	}
	return f, err
}

// lacking is what this machine must have to show a check, and has not.
func lacking(c suite.Check) string {
	if slices.Contains(c.Requires, target.Browser) && chromium() == "" {
		return "no Chromium on this machine"
	}
	if slices.Contains(c.Requires, target.OtherUser) && os.Geteuid() != 0 {
		return "only root can be another user"
	}
	return ""
}

// onCardAlone reports whether a check wants nothing but a card on a bench: its
// cell then starts no provider and no agent, which the check could not see.
func onCardAlone(c suite.Check) bool {
	return !slices.ContainsFunc(c.Requires, func(x target.Feature) bool { return !target.OnCard(x) })
}

// chromium is the path of one, or empty.
func chromium() string {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return ""
	}
	return path
}

// CellFor is the last cell that claims what the check requires and shows its
// fault.
func CellFor(c suite.Check) (target.File, error) {
	fault, err := target.FaultByID(c.Proof)
	if err != nil {
		return target.File{}, fmt.Errorf("%s: %w", c.ID, err)
	}
	var found *target.File
	for _, f := range Cells() {
		if path := chromium(); path != "" {
			f.Browser, f.Features = path, append(f.Features, target.Browser)
		}
		if len(f.Missing(c.Requires)) == 0 && fault.Shows(f) {
			found = &f
		}
	}
	if found == nil {
		return target.File{}, fmt.Errorf("no package cell can show %s to %s", c.Proof, c.ID)
	}
	return *found, nil
}
