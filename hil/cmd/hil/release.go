package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// built names the artifacts that the built programs are which a cell judges.
func built(r gate.Release, bin string, c cell.Cell) ([]string, error) {
	var names []string
	for _, name := range witness.Judged(c) {
		b, err := attest.File(filepath.Join(bin, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(r.Artifacts, func(a attest.Artifact) bool { return a.SHA256 == b.SHA256 })
		if at < 0 {
			return nil, fmt.Errorf("%w: %s is judged here and is not among --artifact", errUsage, filepath.Join(bin, name))
		}
		names = append(names, r.Artifacts[at].Name)
	}
	return names, nil
}

// suites are the programs that judge in these cells.
func suites(bin string, cells []cell.Cell) ([]attest.Artifact, error) {
	var all []attest.Artifact
	for _, c := range append([]cell.Cell{{}}, cells...) {
		s, err := attest.File(filepath.Join(bin, bench.Judging(c, bench.Conformance)))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all, nil
}

// release is the plan with the programs' digests: pcscd and windows cells judge
// those of the artifacts that are in the folder of built programs.
func (c planCommand) release(w world, cells []cell.Cell, plan result.Plan) error {
	r := gate.Release{Schema: gate.Schema, Name: c.Release}
	bin := c.programs(w).Bin
	var err error
	if r.Suites, err = suites(bin, cells); err != nil {
		return err
	}
	for _, path := range c.Artifact {
		a, err := attest.File(path)
		if err != nil {
			return err
		}
		r.Artifacts = append(r.Artifacts, a)
	}
	for i, p := range plan.Cells {
		planned := gate.ReleaseCell{PlannedCell: p}
		if p.Kind != result.KindPackage {
			if planned.Judges, err = built(r, bin, cells[i]); err != nil {
				return err
			}
		}
		r.Cells = append(r.Cells, planned)
	}
	for _, path := range c.Also {
		var cells []gate.ReleaseCell
		if err := readJSON(path, &cells); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		r.Cells = append(r.Cells, cells...)
	}
	return printSound(w.stdout, r)
}

// printSound prints a plan that the gate will read, or says why it would not.
func printSound(out io.Writer, r gate.Release) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := gate.ParseRelease(raw); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return printJSON(out, r)
}
