package main

import (
	"io"
	"os"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// cellInitCommand is process 1 of a cell.
type cellInitCommand struct {
	Job   string `required:"" type:"existingfile" help:"The job file."`
	Boxed bool   `help:"The Wine box is the cell's machine: make none. Ends when standard input does."`
}

// Run runs the cell and prints its result, whatever it is.
func (c cellInitCommand) Run(w world) error {
	job, err := bench.ReadJob(c.Job)
	if err != nil {
		return err
	}
	if c.Boxed {
		go func() { _, _ = io.Copy(io.Discard, os.Stdin); died() }()
		return result.WriteCell(w.stdout, job.Run(w.ctx, w.env))
	}
	if err := namespace.Setup(died); err != nil {
		return result.WriteCell(w.stdout, job.Cell.Missed(err))
	}
	return result.WriteCell(w.stdout, job.Run(w.ctx, w.env))
}

// died ends process 1, and with it everything inside, when hil outside is gone.
func died() { os.Exit(result.ExitInconclusive) }
