package main

import (
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/virtual"
)

// readerInitCommand is process 1 of a virtual reader that stays up.
type readerInitCommand struct {
	Job string `required:"" type:"existingfile" help:"The job file."`
}

// Run serves until its standard input ends.
func (c readerInitCommand) Run(w world) error {
	job, err := bench.ReadJob(c.Job)
	if err != nil {
		return err
	}
	if err := namespace.Setup(died); err != nil {
		return err
	}
	return virtual.Serve(w.ctx, job, w.env, w.stdin, w.stdout)
}
