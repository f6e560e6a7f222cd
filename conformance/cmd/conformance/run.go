package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

type run struct {
	Target string        `help:"What to judge: a JSON file." required:"" type:"path"`
	Out    string        `help:"Where cell.json goes." default:"out/cell" type:"path"`
	Filter string        `help:"Run only specs whose ID matches, such as 'card.*', 'signin.hub' or a list with commas. The plan of a release does not shrink by it."`
	Limit  time.Duration `help:"Time for one spec." default:"40s"`
}

// Run judges one cell.
func (v *run) Run(d *desk) error {
	raw, err := os.Open(v.Target)
	if err != nil {
		return fmt.Errorf("%w: %w", target.ErrUsage, err)
	}
	defer raw.Close()
	f, err := target.Read(raw)
	if err != nil {
		return fmt.Errorf("%w: %w", target.ErrUsage, err)
	}
	checks, err := chosen(v.Filter)
	if err != nil {
		return err
	}
	cell, err := judgeCell(d, f, checks, v.Limit)
	if err != nil && cell.ID == "" {
		return err
	}
	cell.Reproduce = "conformance run --target " + v.Target
	if v.Filter != "" {
		cell.Reproduce += " --filter '" + v.Filter + "'"
	}
	return errors.Join(write(v.Out, cell), verdict(d, cell, err))
}

// chosen are the checks that match one of the filter's patterns, in the
// catalogue's order. A pattern that matches none is a mistake, not a pass.
func chosen(filter string) ([]suite.Check, error) {
	all := catalogue.All()
	if filter == "" {
		return all, nil
	}
	wanted := make([]bool, len(all))
	for pattern := range strings.SplitSeq(filter, ",") {
		if err := mark(all, pattern, wanted); err != nil {
			return nil, err
		}
	}
	var some []suite.Check
	for i, c := range all {
		if wanted[i] {
			some = append(some, c)
		}
	}
	return some, nil
}

// mark marks the checks that match one pattern.
func mark(all []suite.Check, pattern string, wanted []bool) error {
	found := false
	for i, c := range all {
		ok, err := path.Match(pattern, c.ID)
		if err != nil {
			return fmt.Errorf("%w: filter %q: %w", target.ErrUsage, pattern, err)
		}
		wanted[i], found = wanted[i] || ok, found || ok
	}
	if !found {
		return fmt.Errorf("%w: no spec matches %q; `conformance list` has them all", target.ErrUsage, pattern)
	}
	return nil
}

// judgeCell opens the target, runs the checks and sums up. A target that does
// not open is an ERROR cell, unless its file is wrong.
func judgeCell(d *desk, f target.File, checks []suite.Check, limit time.Duration) (result.Cell, error) {
	cell := result.Cell{ID: f.Cell, Series: f.Series, Protocol: f.Protocol.String(), Kind: f.Kind, Product: product(f), Fault: strings.Join(f.Faults, ", "), Start: time.Now()}
	t, err := target.Open(d.ctx, f)
	if errors.Is(err, target.ErrUsage) {
		return result.Cell{}, err
	}
	if err != nil {
		cell.Verdict, cell.Reason, cell.End = result.Error, "the target does not open: "+err.Error(), time.Now()
		return cell, nil
	}
	if terminal(d.err) {
		t.Tell = func(text string) { fmt.Fprintln(d.err, "\n"+text) }
	}
	cell.Specs = judge.Cell(d.ctx, checks, t, judge.Limits{Time: limit, Grace: 5 * time.Second})
	cell.Verdict, cell.Reason = judge.Worst(cell.Specs)
	if closed := t.Close(); closed != nil && cell.Verdict == result.Pass {
		cell.Verdict, cell.Reason = result.Error, "the target does not close: "+closed.Error()
	}
	cell.End = time.Now()
	return cell.Claiming(claims(f)), nil
}

// claims are the features of the file, in words of a report.
func claims(f target.File) []string {
	var all []string
	for _, c := range f.Features {
		all = append(all, string(c))
	}
	return all
}

func product(f target.File) string {
	switch {
	case f.Product != "":
		return f.Product
	case f.Kind == target.Package:
		return "agent packages"
	case f.Kind == target.Remote:
		return f.Cell
	}
	return "agent program"
}

// write puts cell.json into the folder, whole or not at all.
func write(dir string, cell result.Cell) error {
	raw, err := json.MarshalIndent(cell, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	next := filepath.Join(dir, "cell.json.next")
	if err := os.WriteFile(next, append(raw, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(dir, "cell.json"))
}

// verdict prints one line per spec that did not pass and makes the exit code.
func verdict(d *desk, cell result.Cell, err error) error {
	count := map[result.Verdict]int{}
	for _, s := range cell.Specs {
		if count[s.Verdict]++; s.Verdict != result.Pass && s.Verdict != result.Skip {
			fmt.Fprintf(d.out, "%s %s: %s\n", d.paint(s.Verdict), s.ID, s.Reason)
		}
	}
	fmt.Fprintf(d.out, "%s %s: %d pass, %d fail, %d error, %d skip\n", d.paint(cell.Verdict), cell.ID, count[result.Pass], count[result.Fail], count[result.Error], count[result.Skip])
	switch {
	case err != nil:
		return err
	case cell.Verdict == result.Pass:
		return nil
	case cell.Verdict == result.Fail:
		return fmt.Errorf("%w: %s", errFailed, cell.Reason)
	}
	return fmt.Errorf("%w: %s", errInconclusive, cell.Reason)
}

type selftest struct {
	Series   string           `help:"Which card: ${enum}." default:"9" enum:"${series}"`
	Protocol iso7816.Protocol `help:"T=0 or T=1." default:"T=1"`
	Fault    []string         `sep:"none" help:"A fault to switch on, by ID, such as card.removed-at:n=7. May be repeated."`
	Out      string           `help:"Where cell.json goes." default:"out/selftest" type:"path"`
	Filter   string           `help:"Run only specs whose ID matches."`
}

// Run judges one package cell.
func (v *selftest) Run(d *desk) error {
	f := target.InProcess(v.Series, v.Protocol)
	f.Faults = v.Fault
	checks, err := chosen(v.Filter)
	if err != nil {
		return err
	}
	cell, err := judgeCell(d, f, checks, 0)
	if err != nil {
		return err
	}
	cell.Reproduce = fmt.Sprintf("conformance selftest --series %s --protocol %s", v.Series, v.Protocol)
	return errors.Join(write(v.Out, cell), verdict(d, cell, nil))
}
