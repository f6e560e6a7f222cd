package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// attestCommand signs cells that the conformance program left elsewhere:
//
//	conformance run --target target.json --out out/cell
//	hil attest --sign tpm --host bench-1 --plan plan.json --run-id R --suite conformance --judged smartcard-connect -o attestations out/cell
type attestCommand struct {
	signing
	Host   string   `default:"${host}" help:"This host's name, as it was enrolled."`
	Plan   string   `required:"" type:"existingfile" placeholder:"FILE" help:"The release's plan."`
	RunID  string   `required:"" placeholder:"ID" help:"The run's ID, the same for all that one index will list."`
	Suite  string   `required:"" type:"existingfile" placeholder:"FILE" help:"The program that judged."`
	Judged []string `type:"existingfile" placeholder:"FILE" help:"A program that was judged; none for package cells."`
	Out    string   `short:"o" required:"" type:"path" placeholder:"DIR" help:"Where attestations go."`
	Cells  []string `arg:"" type:"existingdir" help:"Folders with a cell.json."`
}

// Run signs them.
func (c attestCommand) Run(w world) error {
	plan, err := attest.File(c.Plan)
	if err != nil {
		return err
	}
	suite, err := attest.File(c.Suite)
	if err != nil {
		return err
	}
	judged := []attest.Artifact{}
	for _, path := range c.Judged {
		a, err := attest.File(path)
		if err != nil {
			return err
		}
		judged = append(judged, a)
	}
	keys, closing, err := c.signers(tpmkey.Report)
	if err != nil {
		return err
	}
	defer closing()
	sign := &witness.Witness{Host: keys[0], Name: c.Host, Run: c.RunID, Plan: plan}
	for _, dir := range c.Cells {
		if err := c.cell(w, sign, dir, suite, judged); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	return nil
}

func (c attestCommand) cell(w world, sign *witness.Witness, dir string, suite attest.Artifact, judged []attest.Artifact) error {
	path := filepath.Join(dir, "cell.json")
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	found, err := result.ReadCell(f)
	if err != nil {
		return err
	}
	if found.Kind == result.KindPackage {
		judged = []attest.Artifact{suite}
	}
	if len(judged) == 0 {
		return fmt.Errorf("%w: a cell of kind %s needs --judged", errUsage, found.Kind)
	}
	file, err := attest.File(path)
	if err != nil {
		return err
	}
	_, err = sign.Attest(c.Out, attest.Attempt{Subjects: judged, Suite: suite, Build: build(w), Cell: found, Files: []attest.Artifact{file}})
	return err
}

// indexCommand signs the index of what hosts have attested.
type indexCommand struct {
	signing
	Plan  string `required:"" type:"existingfile" placeholder:"FILE" help:"The release's plan."`
	Hosts string `required:"" type:"existingdir" placeholder:"DIR" help:"The records of the hosts' keys."`
	Dir   string `arg:"" type:"existingdir" help:"The attestations. The index goes there too."`
}

// Run signs it, or exits with 3 where something does not belong there.
func (c indexCommand) Run(w world) error {
	plan, err := attest.File(c.Plan)
	if err != nil {
		return err
	}
	files, err := bundles(c.Hosts)
	if err != nil {
		return err
	}
	var hosts []*attest.Bundle
	for _, f := range files {
		b, err := attest.Read(f.Content)
		if err != nil {
			return w.unverified(fmt.Errorf("%s: %w", f.Name, err))
		}
		hosts = append(hosts, b)
	}
	keys, closing, err := c.signers(plannerKey)
	if err != nil {
		return err
	}
	defer closing()
	err = witness.MakeIndex(c.Dir, keys[0], hosts, plan)
	if errors.Is(err, witness.ErrIndex) {
		return w.unverified(err)
	}
	return err
}
