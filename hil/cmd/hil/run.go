package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/matrix"
	"github.com/smartcard-connect/smartcard-connect/hil/table"
	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// runCommand runs the matrix.
type runCommand struct {
	choice
	signing
	Plan    string `type:"existingfile" placeholder:"FILE" help:"With --sign: the release's plan, as made by 'hil plan --release'."`
	Host    string `default:"${host}" help:"With --sign: this host's name, as it was enrolled."`
	RunID   string `placeholder:"ID" help:"With --sign: the run's ID, where others add to it. Default: a new one."`
	Into    string `name:"attestations" type:"path" placeholder:"DIR" help:"With --run-id: where attestations go. Cells that are there with a PASS or FAIL of this run are not run again, so that an interrupted run can go on. Default: the run's own folder."`
	NoIndex bool   `help:"With --sign: leave the index to 'hil index', because others will add to the run."`
	Cells   string `placeholder:"PATTERN" help:"Only these cells, such as series9-* or a list with commas. Such a run is no release verdict."`
	Only    string `placeholder:"SPEC" help:"Only these specs, such as signin.hub, signin.* or a list with commas. Such a run is no release verdict."`
	Fault   string `placeholder:"ID" help:"Something to be wrong, as listed by 'hil faults'."`
	Out     string `default:"out" type:"path" help:"Where results go: one folder per run, and latest."`
	JSON    bool   `help:"Print the report as JSON instead of text."`
	Seed    int64  `help:"Fixes what is left to chance. Default: from the clock, and printed."`
	AtOnce  int    `default:"2" least:"1" most:"1000" help:"How many cells run at the same time."`
	Retry   int    `default:"0" least:"0" most:"100" help:"How often a red cell is tried again. A failure of the product stays one, and what passes later is reported as a flake."`
	Waivers string `type:"existingfile" placeholder:"FILE" help:"Waivers to be recorded in the report, in the form that a gate reads. They change no verdict."`
	Proof   string `type:"existingfile" placeholder:"FILE" help:"A proof table to be shown in the report, as JSON."`
	DryRun  bool   `help:"Print the order, the card moves and the time it would take, and run nothing."`
	taping
	Deadline time.Duration `default:"4m" least:"1s" most:"24h" help:"How long the checks of one cell may take."`
}

// Run runs, reports and exits with the gate's word.
func (c runCommand) Run(w world) error {
	all, err := c.cells()
	if err != nil {
		return err
	}
	chosen, err := cell.Select(all, c.Cells)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := c.checkFault(w, c.Fault); err != nil {
		return err
	}
	if all, chosen, err = c.played(all, chosen); err != nil {
		return err
	}
	order, err := c.order(chosen, c.Out, c.AtOnce, c.Seed)
	if err != nil {
		return err
	}
	if c.DryRun {
		return order.print(w.stdout, c.JSON)
	}
	plan, err := c.plan(w, all)
	if err != nil {
		return err
	}
	if err := c.checkOnly(plan); err != nil {
		return err
	}
	sign, closing, err := c.witness(w, chosen)
	if err != nil {
		return err
	}
	defer closing()
	if chosen, err = c.remaining(w, sign, chosen); err != nil || len(chosen) == 0 {
		return err
	}
	if order, err = c.order(chosen, c.Out, c.AtOnce, c.Seed); err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = w.now().UnixNano()
	}
	bench, err := c.rig()
	if err != nil {
		return err
	}
	report := result.Report{Schema: result.Schema, Build: build(w), Plan: plan, Seed: c.Seed, Notes: bench.Notes}
	if err := c.attach(&report); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return c.run(w, report, order, sign)
}

// attach puts into the report what it is given to carry.
func (c runCommand) attach(r *result.Report) error {
	if c.Waivers != "" {
		if err := reading(c.Waivers, func(in io.Reader) (err error) { r.Waivers, err = result.ReadWaivers(in); return }); err != nil {
			return err
		}
	}
	if c.Proof == "" {
		return nil
	}
	return reading(c.Proof, func(in io.Reader) error {
		p, err := result.ReadProof(in)
		r.Proof = &p
		return err
	})
}

func (c runCommand) run(w world, report result.Report, o order, sign *witness.Witness) error {
	report.Start = w.now()
	dir, err := newRun(c.Out, report.Start)
	if err != nil {
		return err
	}
	var unsigned []error
	report.Cells = c.matrix(w, dir, o, c.tape, func(found result.Cell) {
		if sign != nil && w.ctx.Err() == nil { // what was cut short says nothing
			if err := sign.Add(dir, found, report.Build); err != nil {
				unsigned = append(unsigned, err)
			}
		}
	})
	if err := c.prove(w, dir, o.cells); err != nil {
		return err
	}
	if err := o.remember(report.Cells); err != nil {
		return err
	}
	report.End = w.now()
	decision := gate.Decide(report)
	report.Verdict = &decision
	if err := write(dir, report); err != nil {
		return err
	}
	if err := errors.Join(unsigned...); err != nil {
		return err
	}
	if sign != nil && w.ctx.Err() == nil {
		if err := sign.End(dir, report); err != nil {
			return err
		}
	}
	if err := latest(c.Out, dir); err != nil {
		return err
	}
	if err := c.tell(w, report, dir); err != nil {
		return err
	}
	return c.end(report, decision.Exit)
}

// remaining are the cells that have no attestation yet which stands.
func (c runCommand) remaining(w world, sign *witness.Witness, cells []cell.Cell) ([]cell.Cell, error) {
	if sign == nil || c.Into == "" {
		return cells, nil
	}
	var left []cell.Cell
	for _, x := range cells {
		v, stands, err := sign.Standing(x.ID())
		if err != nil {
			return nil, err
		}
		if stands {
			_, _ = fmt.Fprintf(w.stderr, "%s is attested already: %s\n", x.ID(), v)
			continue
		}
		left = append(left, x)
	}
	return left, nil
}

// witness is who signs, or nobody where that was not asked for.
func (c runCommand) witness(w world, cells []cell.Cell) (*witness.Witness, func(), error) {
	if c.Sign == "" {
		return nil, func() {}, nil
	}
	if c.Plan == "" || c.Host == "" {
		return nil, nil, fmt.Errorf("%w: --sign needs --plan and --host", errUsage)
	}
	plan, err := attest.File(c.Plan)
	if err != nil {
		return nil, nil, err
	}
	keys, closing, err := c.signers(tpmkey.Report, plannerKey)
	if err != nil {
		return nil, nil, err
	}
	if c.NoIndex != (c.RunID != "") || (c.Into != "" && !c.NoIndex) {
		closing()
		return nil, nil, fmt.Errorf("%w: --run-id and --no-index go together, and --attestations needs both", errUsage)
	}
	sign := &witness.Witness{Host: keys[0], Planner: keys[1], Name: c.Host, Run: c.RunID, Plan: plan, Bin: c.programs(w).Bin, Places: cells, Into: c.Into}
	if c.NoIndex {
		sign.Planner = nil
	}
	if err := sign.Begin(rand.Reader); err != nil {
		closing()
		return nil, nil, err
	}
	return sign, closing, nil
}

// matrix runs the cells and shows how they get on, on the error output when
// the report itself goes to standard output. ended is told of each, one at a time.
func (c runCommand) matrix(w world, dir string, o order, tape func(cell.Cell) bench.Tape, ended func(result.Cell)) []result.Cell {
	var mu sync.Mutex
	standing := o.progress()
	live := &table.Live{Out: w.stdout, Terminal: w.terminal() && !c.JSON, Now: w.now, Note: standing.note}
	if c.JSON {
		live.Out = w.stderr
	}
	done := make(chan struct{})
	defer close(done)
	go tick(live, done)
	return o.back(matrix.Runner{
		Dir: dir, Bin: c.programs(w).Bin, Builds: o.builds, Fault: c.Fault, Seed: c.Seed, Only: c.Only,
		Deadline: c.Deadline, Retry: c.Retry, AtOnce: c.AtOnce, Now: w.now,
		Tape:   tape,
		Inside: []string{w.self, "cell-init", "--job"},
		Env:    func(dir string) []string { return cellEnv(w.env, dir) }, Outer: w.env,
		Here: c.here(w, c.byHand(w)),
		Tell: func(e matrix.Event) {
			var n result.Counts
			if e.Result != nil {
				n = e.Result.Count()
				mu.Lock()
				ended(*e.Result)
				mu.Unlock()
			}
			standing.heard(e, w.now())
			live.Set(e.Cell, e.State, n)
		},
	}.Run(w.ctx, o.inOrder()), c.Seed, w.now())
}

func tick(live *table.Live, done <-chan struct{}) {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
			live.Tick()
		}
	}
}

// checkOnly refuses specs that no cell requires: they would show nothing.
func (c runCommand) checkOnly(plan result.Plan) error {
	if c.Only == "" {
		return nil
	}
	for pattern := range strings.SplitSeq(c.Only, ",") {
		required := func(p result.PlannedCell) bool {
			return slices.ContainsFunc(p.Required, func(id string) bool { return cell.Matches([]string{pattern}, id) })
		}
		if !slices.ContainsFunc(plan.Cells, required) {
			return fmt.Errorf("%w: no cell requires the spec %q; `conformance list` has them all", errUsage, pattern)
		}
	}
	return nil
}

// tell prints the outcome for a person, or the report for a program.
func (c runCommand) tell(w world, report result.Report, dir string) error {
	if c.JSON {
		return render.JSON(w.stdout, report)
	}
	_, _ = fmt.Fprintln(w.stdout)
	var text strings.Builder
	if err := render.Text(&text, report, w.terminal()); err != nil {
		return err
	}
	_, _ = io.WriteString(w.stdout, brief(text.String()))
	if c.Cells != "" || c.Only != "" {
		_, _ = fmt.Fprintln(w.stdout, "\npartial: not a release verdict, because --cells or --only left something out.")
	}
	_, _ = fmt.Fprintf(w.stdout, "\nseed %d\n%s\n", c.Seed, filepath.Join(dir, "report.html"))
	return nil
}

// most is how many of the gate's reasons a terminal is shown; failures come
// first, and the report has them all.
const most = 12

// brief leaves out the reasons that are more than a person reads.
func brief(text string) string {
	var kept strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "  - ") {
			n++
		}
		if n <= most || !strings.HasPrefix(line, "  - ") {
			kept.WriteString(line)
		}
	}
	if n > most {
		fmt.Fprintf(&kept, "  and %d more: report.html has them all.\n", n-most)
	}
	return kept.String()
}

// cellEnv is the environment of a cell's programs: little enough to be the same
// everywhere, with a home of its own.
func cellEnv(env []string, dir string) []string {
	home := filepath.Join(dir, "home")
	kept := []string{"HOME=" + home, "USERPROFILE=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_CONFIG_HOME=" + home, "LANG=C.UTF-8"}
	for _, name := range []string{"PATH", "TMPDIR", "GOCOVERDIR", "SystemRoot", "TEMP", "TMP"} {
		if v, ok := lookup(env, name); ok {
			kept = append(kept, name+"="+v)
		}
	}
	return kept
}

// newRun makes the run's folder, named after its start.
func newRun(out string, start time.Time) (string, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	name := filepath.Join(out, start.UTC().Format("20060102T150405.000Z"))
	return name, os.Mkdir(name, 0o755)
}
