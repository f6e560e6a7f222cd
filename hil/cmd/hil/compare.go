package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/record/fidelity"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// compareCommand compares two recordings:
//
//	hil compare plastic.apdu emulated.apdu -o report.html
type compareCommand struct {
	A        string `arg:"" type:"path" help:"A recording."`
	B        string `arg:"" optional:"" type:"path" help:"Another, held against it."`
	Emulator string `placeholder:"PROFILE" help:"Instead of another: an emulated card of this profile, as listed by 'cardemu profiles', is asked the same."`
	Timing   string `placeholder:"ID" help:"With --emulator: as slow as a real card of this kind, as listed by 'cardemu timings'."`
	JSON     bool   `help:"Print the report as JSON instead of text."`
	Output   string `short:"o" type:"path" placeholder:"FILE" help:"Write it to FILE too: .html, .txt or .json."`
}

// Run prints the report and exits with 1 where the two differ.
func (c compareCommand) Run(w world) error {
	form, known := map[string]func(io.Writer, fidelity.Report) error{
		"": nil, ".html": fidelity.HTML, ".txt": fidelity.Text, ".json": fidelity.JSON,
	}[filepath.Ext(c.Output)]
	if !known || (form == nil && c.Output != "") {
		return fmt.Errorf("%w: -o %s: a report ends in .html, .txt or .json", errUsage, c.Output)
	}
	if (c.B == "") == (c.Emulator == "") {
		return fmt.Errorf("%w: name another recording, or --emulator", errUsage)
	}
	report, err := c.compare(w)
	if errors.Is(err, emu.ErrOptions) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
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
func (c compareCommand) compare(w world) (fidelity.Report, error) {
	a, err := record.ReadFile(c.A)
	if err != nil {
		return fidelity.Report{}, err
	}
	if c.Emulator != "" {
		return c.emulated(w, a)
	}
	b, err := record.ReadFile(c.B)
	if err != nil {
		return fidelity.Report{}, err
	}
	r := fidelity.Compare(a, b)
	r.A.File, r.B.File = filepath.Base(c.A), filepath.Base(c.B)
	return r, nil
}

// emulated asks an emulated card what the recorded one was asked. It has the
// protocol of the recording, and the passcode and PUK of all emulated cards.
func (c compareCommand) emulated(w world, a record.Recording) (fidelity.Report, error) {
	card, err := emu.New(emu.Options{Profile: c.Emulator, Protocol: a.Protocol, Timing: c.Timing})
	if err != nil {
		return fidelity.Report{}, err
	}
	defer func() { _ = card.Close() }()
	asked, b, left, err := record.Asker{
		Card: card, Name: "emulated " + c.Emulator, Now: w.now, Renew: card.Heal,
		Secrets: record.Secrets{Passcode: []byte(emu.DefaultPasscode), PUK: []byte(emu.DefaultPUK)},
	}.Ask(w.ctx, a)
	if err != nil {
		return fidelity.Report{}, err
	}
	r := fidelity.Compare(asked, b)
	r.A.File, r.B.File, r.Notes = filepath.Base(c.A), "asked now", left
	return r, nil
}
