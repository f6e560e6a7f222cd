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
	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// built names the artifacts that the built programs are.
func built(r gate.Release, bin string) ([]string, error) {
	var names []string
	for _, name := range witness.Judged() {
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

// release is the plan with the programs' digests: pcscd cells judge those of the
// artifacts that are in the folder of built programs.
func (c planCommand) release(w world, plan result.Plan) error {
	r := gate.Release{Schema: gate.Schema, Name: c.Release}
	bin := c.programs(w).Bin
	suite, err := attest.File(filepath.Join(bin, bench.Conformance))
	if err != nil {
		return err
	}
	r.Suites = []attest.Artifact{suite}
	for _, path := range c.Artifact {
		a, err := attest.File(path)
		if err != nil {
			return err
		}
		r.Artifacts = append(r.Artifacts, a)
	}
	judged, err := built(r, bin)
	if err != nil {
		return err
	}
	for _, p := range plan.Cells {
		cell := gate.ReleaseCell{PlannedCell: p}
		if p.Kind != result.KindPackage {
			cell.Judges = judged
		}
		r.Cells = append(r.Cells, cell)
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
