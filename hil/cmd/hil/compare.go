package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/record/fidelity"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// compareCommand compares two recordings:
//
//	hil compare plastic.apdu emulated.apdu -o report.html
type compareCommand struct {
	A      string `arg:"" type:"path" help:"A recording."`
	B      string `arg:"" type:"path" help:"Another, held against it."`
	JSON   bool   `help:"Print the report as JSON instead of text."`
	Output string `short:"o" type:"path" placeholder:"FILE" help:"Write it to FILE too: .html, .txt or .json."`
}

// Run prints the report and exits with 1 where the two differ.
func (c compareCommand) Run(w world) error {
	form, known := map[string]func(io.Writer, fidelity.Report) error{
		"": nil, ".html": fidelity.HTML, ".txt": fidelity.Text, ".json": fidelity.JSON,
	}[filepath.Ext(c.Output)]
	if !known || (form == nil && c.Output != "") {
		return fmt.Errorf("%w: -o %s: a report ends in .html, .txt or .json", errUsage, c.Output)
	}
	report, err := c.compare()
	if err != nil {
		_, _ = fmt.Fprintln(w.stderr, "hil:", err)
		return exit(result.ExitUnverified)
	}
	show := fidelity.Text
	if c.JSON {
		show = fidelity.JSON
	}
	if err := show(w.stdout, report); err != nil {
		return err
	}
	if form != nil {
		if err := result.WriteFile(c.Output, func(out io.Writer) error { return form(out, report) }); err != nil {
			return err
		}
	}
	if !report.Equal() {
		return exit(result.ExitFail)
	}
	return nil
}

// compare reads both recordings and holds one against the other.
func (c compareCommand) compare() (fidelity.Report, error) {
	a, err := record.ReadFile(c.A)
	if err != nil {
		return fidelity.Report{}, err
	}
	b, err := record.ReadFile(c.B)
	if err != nil {
		return fidelity.Report{}, err
	}
	r := fidelity.Compare(a, b)
	r.A.File, r.B.File = filepath.Base(c.A), filepath.Base(c.B)
	return r, nil
}
