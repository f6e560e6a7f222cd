// Package matrix runs the cells of a plan, a few at once, each pcscd cell in a
// process and namespaces of its own, each windows cell in a Wine box.
package matrix

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/fault"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Runner runs cells.
type Runner struct {
	Dir      string                     // of the run: each cell gets a folder in it
	Bin      string                     // built programs
	Builds   map[string]string          // built programs of those that a plan file names, by its IDs
	Fault    string                     // switched on wherever it applies
	Seed     int64                      // passed on
	Only     string                     // filter on specs, passed on
	Deadline time.Duration              // of the conformance program in each cell
	Retry    int                        // further attempts at a red cell
	AtOnce   int                        // cells running at the same time, at least 1
	Inside   []string                   // our own program and verb that runs a job file inside namespaces
	Tape     func(cell.Cell) bench.Tape // a recording that is made or played; nil is none
	Plastic  bool                       // cards are in readers of this machine, see bench.Job
	Env      func(dir string) []string
	Outer    []string                                     // the environment of scripts around a cell
	Here     func(context.Context, bench.Job) result.Cell // runs a cell of kind remote; nil: this is no host with readers
	Now      func() time.Time
	Tell     func(Event) // may be called by several goroutines, nil tells nobody
}

// Event is a change of one cell.
type Event struct {
	Cell   string
	State  string // "waiting", "running", then a verdict
	Result *result.Cell
}

// building is how long a cell may take beside the conformance program.
const building = 3 * time.Minute

// Run runs the cells and answers for each, in their order. Excluded cells are
// SKIP with their reason.
func (r Runner) Run(ctx context.Context, cells []cell.Cell) []result.Cell {
	results := make([]result.Cell, len(cells))
	places := make(chan struct{}, max(r.AtOnce, 1))
	var all sync.WaitGroup
	for _, c := range cells {
		r.tell(Event{Cell: c.ID(), State: "waiting"})
	}
	for i, c := range cells {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			results[i] = r.one(ctx, c)
			r.tell(Event{Cell: c.ID(), State: string(results[i].Verdict), Result: &results[i]})
		})
	}
	all.Wait()
	return results
}

func (r Runner) tell(e Event) {
	if r.Tell != nil {
		r.Tell(e)
	}
}

func (r Runner) one(ctx context.Context, c cell.Cell) result.Cell {
	start, on := r.Now(), ""
	if Applies(r.Fault, c) {
		on = r.Fault
	}
	found := c.Stamp(r.run(ctx, c, on), on, r.Seed, start, r.Now())
	for n := 2; n <= r.Retry+1 && cell.Red(found) && ctx.Err() == nil; n++ {
		begun, next := r.Now(), r
		next.Dir = filepath.Join(r.Dir, fmt.Sprintf("attempt-%d", n))
		found = found.Again(c.Stamp(next.run(ctx, c, on), on, r.Seed, begun, r.Now()))
	}
	return found
}

func (r Runner) run(ctx context.Context, c cell.Cell, on string) result.Cell {
	if c.Excluded != "" {
		return c.Skipped()
	}
	if ctx.Err() != nil {
		return c.Missed(fmt.Errorf("the run was interrupted before this cell"))
	}
	r.tell(Event{Cell: c.ID(), State: "running"})
	dir := filepath.Join(r.Dir, c.ID())
	if err := os.MkdirAll(filepath.Join(dir, "home"), 0o755); err != nil {
		return c.Missed(err)
	}
	job := bench.Job{Cell: c, Dir: dir, Bin: cmp.Or(r.Builds[c.Candidate], r.Bin), Fault: on, Seed: r.Seed, Only: r.Only, Plastic: r.Plastic, Deadline: r.Deadline}
	if r.Tape != nil {
		job.Tape = r.Tape(c)
	}
	ctx, cancel := context.WithTimeout(ctx, r.Deadline+building)
	defer cancel()
	switch {
	case c.Kind == rig.Package:
		return job.Run(ctx, r.Env(dir))
	case c.Kind == rig.Remote && r.Here == nil:
		return c.Missed(errors.New("cells of kind remote run on a host with readers"))
	case c.Kind == rig.Remote:
		return r.Here(ctx, job)
	}
	return r.inside(ctx, job)
}

// inside runs the job in a process of its own inside namespaces. Whatever ends
// it, nothing of it is left.
func (r Runner) inside(ctx context.Context, job bench.Job) result.Cell {
	file := filepath.Join(job.Dir, "job.json")
	if err := inBox(job).Write(file); err != nil {
		return job.Cell.Missed(err)
	}
	var out bytes.Buffer
	log := filepath.Join(job.Dir, "hil.log")
	errs, err := os.Create(log)
	if err != nil {
		return job.Cell.Missed(err)
	}
	defer func() { _ = errs.Close() }()
	cmd := exec.Command(r.Inside[0], append(r.Inside[1:len(r.Inside):len(r.Inside)], file)...)
	cmd.Env = r.Env(job.Dir)
	start := namespace.Start
	if job.Cell.Kind == rig.Windows {
		cmd, start = r.boxed(job.Dir), startBox
	}
	cmd.Stdout, cmd.Stderr = &out, errs
	part.OwnGroup(cmd)
	cut, err := start(cmd)
	if err != nil {
		return job.Cell.Missed(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cut() })
	defer stop()
	ended := cmd.Wait()
	_ = cut()
	found, err := result.ReadCell(&out)
	if err != nil {
		return job.Cell.Missed(fmt.Errorf("the cell's process left no result (%v, %v): %s", ended, ctx.Err(), part.Tail(log)))
	}
	return found
}

// muteReader is the one fault of a reader that the emulated card itself has;
// every other stands inside the conformance process.
const muteReader = "reader.mute"

// base is a fault's ID without its parameters.
func base(id string) string {
	id, _, _ = strings.Cut(id, ":")
	return id
}

// Applies says whether a fault can be switched on in c: a fault of the bench
// needs one, and a fault of the door stands inside the conformance process.
func Applies(id string, c cell.Cell) bool {
	_, ours := fault.Find(id)
	switch {
	case id == "", c.Kind == rig.Remote: // the card is what it is
		return false
	case c.Kind == rig.Recorded: // what was recorded is played, not what is wrong now
		return ours
	case ours, base(id) == muteReader, base(id) == "reader.vanished":
		return c.Kind == rig.PCSCD
	case strings.HasPrefix(id, "reader."):
		return c.Kind == rig.Package
	case strings.HasPrefix(id, "door."):
		return c.Kind == rig.Package
	}
	return true
}
