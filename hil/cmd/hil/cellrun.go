package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/matrix"
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/trace"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// farmJob is what a farm's host is to do for a cell. The cell itself is in the
// host's own rig file: what a card's secrets are goes over no network.
type farmJob struct {
	Cell     string        `json:"cell"`
	Place    *plan.Cell    `json:"place,omitempty"` // of a plan file's cell: which of the rig's cards, at what
	Build    string        `json:"build,omitempty"` // of a plan file, by its ID; empty is what the host has
	Fault    string        `json:"fault,omitempty"`
	Seed     int64         `json:"seed,omitempty"`
	Only     string        `json:"only,omitempty"`
	Deadline time.Duration `json:"deadline_ns"`
}

// cellRunCommand is one attempt of a farm's host, as a process of its own.
type cellRunCommand struct {
	where
	Out   string            `required:"" type:"path" help:"Where attempts leave their files, and what is known of this host's readers."`
	State string            `type:"path" help:"Where this machine keeps what cards have lost."`
	Build map[string]string `help:"Where the programs of a plan file's builds are."`
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
	r, err := c.rig()
	if err != nil {
		return err
	}
	o := c.traced(w, r, work, job)
	return json.NewEncoder(w.stdout).Encode(o)
}

// traced is the attempt as a span of the trace that the daemon handed on, where
// there is one. What it could not do is MISS.
func (c cellRunCommand) traced(w world, r rig.Rig, work farm.Work, job farmJob) farm.Outcome {
	to, _ := lookup(w.env, trace.EndpointVariable)
	tracer, _, closing, err := traceFlags{Traces: to}.tracer(w, "hil cell", slog.New(slog.NewTextHandler(w.stderr, nil)))
	if err != nil {
		return farm.Outcome{Verdict: farm.Miss, Reason: err.Error()}
	}
	defer closing()
	parent, _ := lookup(w.env, trace.Variable)
	ctx, end := tracer.Span(trace.Resume(w.ctx, parent), "run specs", trace.Run, work.Run, trace.Cell, work.Cell)
	o, err := c.attempt(w, r, work, job)
	if err != nil {
		o = farm.Outcome{Verdict: farm.Miss, Reason: err.Error()}
	}
	trace.Note(ctx, trace.Verdict, o.Verdict)
	end(err)
	return o
}

// attempt runs the cell: in a real reader, where the bench has some, else in one
// that is made for it. Errors are the bench's.
func (c cellRunCommand) attempt(w world, r rig.Rig, work farm.Work, job farmJob) (farm.Outcome, error) {
	one, err := job.find(r)
	if err != nil {
		return farm.Outcome{}, err
	}
	if plastic(r, one) {
		return c.plastic(w, r, work, job, one)
	}
	run, err := c.runner(w, work, job)
	if err != nil {
		return farm.Outcome{}, err
	}
	return outcome(run.Run(w.ctx, []cell.Cell{one})[0])
}

// find is the cell in this host's rig.
func (j farmJob) find(r rig.Rig) (cell.Cell, error) {
	if j.Place != nil {
		return cell.At(r, *j.Place)
	}
	all, err := cell.Of(r)
	if err != nil {
		return cell.Cell{}, err
	}
	for _, one := range all {
		if one.ID() == j.Cell {
			return one, nil
		}
	}
	return cell.Cell{}, fmt.Errorf("this host's bench has no cell %q", j.Cell)
}

// plastic says whether a cell is for a card in a real reader.
func plastic(r rig.Rig, c cell.Cell) bool { return c.Kind == rig.PCSCD && !plan.Software(r) }

// runner runs the conformance process of the attempt.
func (c cellRunCommand) runner(w world, work farm.Work, job farmJob) (matrix.Runner, error) {
	bin := c.programs(w).Bin
	if job.Build != "" {
		if bin = c.Build[job.Build]; bin == "" {
			return matrix.Runner{}, fmt.Errorf("this host has no build %q; 'hil host --build %s=DIR' says where it is", job.Build, job.Build)
		}
	}
	return matrix.Runner{
		Dir: filepath.Join(c.Out, filepath.Base(work.Run), fmt.Sprint(work.Attempt)), Bin: bin, Fault: job.Fault, Seed: job.Seed, Only: job.Only,
		Deadline: job.Deadline, AtOnce: 1, Now: w.now,
		Inside: []string{w.self, "cell-init", "--job"},
		Env:    func(dir string) []string { return cellEnv(w.env, dir) },
		Here:   c.here(w, byDaemon(w, work)),
	}, nil
}

// outcome puts a result into the words of the farm.
func outcome(found result.Cell) (farm.Outcome, error) {
	var raw bytes.Buffer
	if err := result.WriteCell(&raw, found); err != nil {
		return farm.Outcome{}, err
	}
	return farm.Outcome{Verdict: string(found.Verdict), Reason: found.Reason, Result: raw.Bytes()}, nil
}
