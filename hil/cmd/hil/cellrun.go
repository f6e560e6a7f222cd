package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/matrix"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// farmJob is what a farm's host is to do for a cell. The cell itself is in the
// host's own rig file: what a card's secrets are goes over no network.
type farmJob struct {
	Cell     string        `json:"cell"`
	Fault    string        `json:"fault,omitempty"`
	Seed     int64         `json:"seed,omitempty"`
	Only     string        `json:"only,omitempty"`
	Deadline time.Duration `json:"deadline_ns"`
}

// cellRunCommand is one attempt of a farm's host, as a process of its own.
type cellRunCommand struct {
	where
	Out string `required:"" type:"path" help:"Where attempts leave their files."`
}

// Run reads the work from the standard input and prints the outcome.
func (c cellRunCommand) Run(w world) error {
	var work farm.Work
	if err := json.NewDecoder(w.stdin).Decode(&work); err != nil {
		return fmt.Errorf("%w: no work: %w", errUsage, err)
	}
	var job farmJob
	if err := json.Unmarshal(work.Job, &job); err != nil {
		return fmt.Errorf("%w: no job: %w", errUsage, err)
	}
	all, err := c.cells()
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID() == job.Cell {
			return c.outcome(w, c.run(w, work, job, one))
		}
	}
	return json.NewEncoder(w.stdout).Encode(farm.Outcome{Verdict: farm.Miss, Reason: fmt.Sprintf("this host's bench has no cell %q", job.Cell)})
}

func (c cellRunCommand) run(w world, work farm.Work, job farmJob, one cell.Cell) result.Cell {
	dir := filepath.Join(c.Out, filepath.Base(work.Run), fmt.Sprint(work.Attempt))
	return matrix.Runner{
		Dir: dir, Bin: c.programs(w).Bin, Fault: job.Fault, Seed: job.Seed, Only: job.Only,
		Deadline: job.Deadline, AtOnce: 1, Now: w.now,
		Inside: []string{w.self, "cell-init", "--job"},
		Env:    func(dir string) []string { return cellEnv(w.env, dir) },
		Here:   c.here(w, byDaemon(w, work)),
	}.Run(w.ctx, []cell.Cell{one})[0]
}

func (c cellRunCommand) outcome(w world, found result.Cell) error {
	var raw bytes.Buffer
	if err := result.WriteCell(&raw, found); err != nil {
		return err
	}
	return json.NewEncoder(w.stdout).Encode(farm.Outcome{Verdict: string(found.Verdict), Reason: found.Reason, Result: raw.Bytes()})
}
