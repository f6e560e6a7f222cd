package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/fault"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Job is one cell to be run, written for the process inside the namespaces.
type Job struct {
	Cell     cell.Cell     `json:"cell"`
	Dir      string        `json:"dir"` // absolute; gets logs, target.json and cell.json
	Bin      string        `json:"bin"` // absolute; built programs
	Fault    string        `json:"fault,omitempty"`
	Seed     int64         `json:"seed"`
	Only     string        `json:"only,omitempty"`    // a filter on specs
	Tape     Tape          `json:"tape,omitzero"`     // a recording that is made or played
	Plastic  bool          `json:"plastic,omitempty"` // the card is in a reader of this machine, and in it already: none is made, and nothing can be switched on in it
	Deadline time.Duration `json:"deadline_ns"`       // for the conformance program
}

// Write writes the job where the process inside will read it.
func (j Job) Write(path string) error { return writeJSON(path, j) }

// Keeps are the folders of this machine that the cell sees inside its namespaces:
// that of the smartcard service's socket, for a card of plastic.
func (j Job) Keeps() []string {
	if !j.Plastic {
		return nil
	}
	return []string{filepath.Dir(pcscd.Socket)}
}

// ReadJob reads a job file strictly.
func ReadJob(path string) (Job, error) {
	var j Job
	f, err := os.Open(path)
	if err != nil {
		return j, err
	}
	defer func() { _ = f.Close() }()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	return j, d.Decode(&j)
}

// Run builds the bench, lets the conformance program judge and settles the
// verdict. It always has an answer. env is the environment of every part.
func (j Job) Run(ctx context.Context, env []string) result.Cell {
	b := &Bench{Options: Options{Dir: j.Dir, Programs: Programs{Bin: j.Bin}, Arch: j.Cell.Arch, Env: env, Faults: j.faults(), Tape: j.Tape, Seed: j.Seed}}
	defer b.Close()
	target, err := j.build(ctx, b)
	if errors.Is(err, ErrProduct) {
		return j.Cell.Settle(j.Cell.Failed(err), j.checkAfter(ctx, b))
	}
	if err != nil {
		return j.Cell.Missed(err)
	}
	shut, err := j.openDoor(ctx, b, &target)
	if err != nil {
		return j.Cell.Missed(err)
	}
	if err := writeJSON(b.path("target.json"), target); err != nil {
		return j.Cell.Missed(err)
	}
	if f, ok := fault.Find(j.Fault); ok && j.ours() {
		f.Break(b)
	}
	found := j.judge(ctx, b, 0)
	shut()
	if err := b.keep(); err != nil {
		return j.Cell.Missed(fmt.Errorf("the recording was not written: %w", err))
	}
	if !cell.Red(found) {
		return j.Cell.Settle(found, nil)
	}
	return j.Cell.Settle(found, j.checkAfter(ctx, b))
}

// ours says whether the bench started a smartcard service for the cell. A package
// cell has none, the Wine box brings its own, and this machine's is not the cell's to
// stop.
func (j Job) ours() bool {
	return j.Cell.Kind != rig.Package && j.Cell.Kind != rig.Windows && !j.Plastic
}

// openDoor lets checks stop the smartcard service, where it is ours.
func (j Job) openDoor(ctx context.Context, b *Bench, t *cell.Target) (shut func(), err error) {
	if !j.ours() {
		return func() {}, nil
	}
	t.Daemon, shut, err = b.DaemonDoor(ctx)
	return shut, err
}

// faults are those that the parts themselves switch on.
func (j Job) faults() []string {
	if _, ours := fault.Find(j.Fault); ours || j.Fault == "" {
		return nil
	}
	return []string{j.Fault}
}

// build makes the bench of the cell and says what is on it. A package cell
// needs none: everything is in the conformance process.
func (j Job) build(ctx context.Context, b *Bench) (cell.Target, error) {
	t := j.Cell.Target(j.Seed)
	t.Faults = j.faults()
	if j.Cell.Kind == rig.Package {
		return t, nil
	}
	if j.Plastic {
		return t, j.buildPlastic(ctx, b, &t)
	}
	steps := []func(context.Context) error{
		b.StartDaemon,
		func(ctx context.Context) error { return b.PutCard(ctx, j.Cell, 0, b.path("card.apdu")) },
		func(ctx context.Context) error { return b.AwaitCard(ctx, j.Cell.Reader.Name) },
	}
	if j.Cell.Kind == rig.Windows { // pcscd is the box's; the conformance program waits for the card
		steps[0], steps[2] = b.boot, func(context.Context) error { return nil }
	}
	steps = append(steps,
		b.StartProvider,
		func(ctx context.Context) error { return j.startScriptedAgent(ctx, b, &t) })
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return t, err
		}
	}
	return t, b.describe(&t)
}

// buildPlastic has what stands around a card that is in its reader: provider and
// agent, where the cell claims them.
func (j Job) buildPlastic(ctx context.Context, b *Bench, t *cell.Target) error {
	claims := func(f string) bool { return slices.Contains(t.Features, f) }
	if claims("provider") || claims("agent") {
		if err := b.StartProvider(ctx); err != nil {
			return err
		}
	}
	if claims("agent") {
		if err := j.startScriptedAgent(ctx, b, t); err != nil {
			return err
		}
	}
	return b.describe(t)
}

// startScriptedAgent starts the agent whose person answers by script and whose
// browser opener only writes addresses down.
func (j Job) startScriptedAgent(ctx context.Context, b *Bench, t *cell.Target) error {
	pinentry, err := b.Programs.Built(Judging(j.Cell, Pinentry))
	if err != nil {
		return err
	}
	t.Script, t.Shown, t.Opened = b.path("script.json"), b.path("shown.jsonl"), b.path("opened")
	script := map[string]any{"answers": []map[string]string{{"passcode": j.Cell.Card.Passcode}}}
	if err := writeJSON(t.Script, script); err != nil {
		return err
	}
	opener, err := b.opener(t.Opened)
	if err != nil {
		return err
	}
	tpm := ""
	if slices.Contains(t.Features, "device-key") {
		if tpm, err = b.StartTPM(ctx); err != nil {
			return err
		}
	}
	return b.StartAgent(ctx, AgentOptions{
		TPM: tpm, Prompter: "pinentry",
		Pinentry: []string{pinentry, "--script", t.Script, "--shown", t.Shown},
		Opener:   opener,
	})
}

// judge runs the conformance program with a deadline: SIGINT first, SIGKILL
// after a grace.
func (j Job) judge(ctx context.Context, b *Bench, nice int) result.Cell {
	args := []string{"run", "--target", b.path("target.json"), "--out", b.Dir}
	if filter := cmp.Or(j.Only, strings.Join(j.Cell.Patterns(), ",")); filter != "" {
		args = append(args, "--filter", filter)
	}
	program, err := b.ours(Conformance, args...)
	if err != nil {
		return j.Cell.Missed(err)
	}
	log := b.path(Conformance + ".log")
	program.Env, program.Log, program.Silent, program.Nice = b.Env, log, true, nice
	started, err := program.Start(ctx)
	if err != nil {
		return j.Cell.Broke(err)
	}
	ctx, cancel := context.WithTimeout(ctx, j.Deadline)
	defer cancel()
	code, late := started.Wait(ctx, grace)
	if late {
		return j.Cell.Broke(fmt.Errorf("the conformance program was stopped at its deadline of %s: %s", j.Deadline, part.Tail(log)))
	}
	found, err := j.read()
	if err != nil {
		return j.Cell.Broke(fmt.Errorf("the conformance program ended with %d and left no result (%w): %s", code, err, part.Tail(log)))
	}
	return found
}

func (j Job) read() (result.Cell, error) {
	f, err := os.Open(filepath.Join(j.Dir, "cell.json"))
	if err != nil {
		return result.Cell{}, err
	}
	defer func() { _ = f.Close() }()
	return result.ReadCell(f)
}

// checkAfter is Check for a cell that has a bench.
func (j Job) checkAfter(ctx context.Context, b *Bench) error {
	switch {
	case j.Cell.Kind == rig.Package:
		return nil
	case j.Cell.Kind == rig.Windows:
		return errors.Join(b.checkBox(ctx), b.boot(ctx), b.checkParts(ctx))
	case j.Plastic: // whoever brought the card looks at it and at its reader
		return b.checkParts(ctx)
	}
	return b.Check(ctx, j.Cell.Reader.Name)
}
