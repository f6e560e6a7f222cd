package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/planner"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// submitCommand runs the matrix on a farm.
type submitCommand struct {
	where
	Hub      []string      `required:"" placeholder:"ADDR" help:"The hub's nodes: where they let clients in."`
	Identity string        `required:"" type:"existingdir" placeholder:"DIR" help:"An identity of role planner."`
	ID       string        `name:"id" placeholder:"RUN" help:"The run's ID. Default: by the clock."`
	Cells    string        `placeholder:"PATTERN" help:"Only these cells, such as series9-* or a list with commas. Such a run is no release verdict."`
	On       []string      `placeholder:"HOST" help:"Only on these hosts. Default: on all that are there."`
	Fault    string        `placeholder:"ID" help:"Something to be wrong, as listed by 'hil faults'."`
	Seed     int64         `help:"Fixes what is left to chance. Default: from the clock, and printed."`
	Deadline time.Duration `default:"4m" help:"How long the checks of one cell may take."`
	Attempts int           `default:"3" help:"How often a cell is tried while what it ends with is inconclusive."`
	Out      string        `default:"out" type:"path" help:"Where results go: one folder per run, and latest."`
	Wait     bool          `default:"true" negatable:"" help:"Wait for the end, and write report and verdict."`
	JSON     bool          `help:"Print the report as JSON instead of text."`
}

// Help is what the command's --help teaches.
func (submitCommand) Help() string {
	return `The run is kept by the hub and goes on without this program, which waits for its
end and reports as 'hil run' does. Asking for the same --id again waits for it
again.

    hil identity issue --authority authority --role planner --name me me
    hil submit --hub hub.example:4222 --identity me

Exit codes: 0 pass, 1 the product failed, 2 inconclusive (or the wait was
interrupted: the run goes on), 3 could not verify, 64 wrong use.`
}

// Run submits, waits and reports.
func (c submitCommand) Run(w world) error {
	all, err := c.cells()
	if err != nil {
		return err
	}
	chosen, err := cell.Select(all, c.Cells)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	plan, err := c.plan(w, all)
	if err != nil {
		return err
	}
	if c.Seed == 0 {
		c.Seed = w.now().UnixNano()
	}
	if c.ID == "" {
		c.ID = w.now().UTC().Format("20060102T150405.000Z")
	}
	nc, store, book, err := c.open(w.ctx)
	if err != nil {
		return err
	}
	defer nc.Close()
	start := w.now()
	if err := c.submit(w, store, book, chosen); err != nil {
		return err
	}
	if !c.Wait {
		_, err := fmt.Fprintln(w.stdout, c.ID)
		return err
	}
	report := result.Report{Schema: result.Schema, Build: build(w), Plan: plan, Seed: c.Seed, Start: start}
	if report.Cells, err = c.follow(w, store, book, chosen); err != nil {
		return err
	}
	return c.report(w, report)
}

// open connects to the hub.
func (c submitCommand) open(ctx context.Context) (*nats.Conn, *jetstream.Farm, *planner.Ledger, error) {
	identity, err := hub.LoadIdentity(c.Identity)
	if err != nil {
		return nil, nil, nil, err
	}
	nc, err := hub.Dial("submit", identity, c.Hub...)
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	store, err := jetstream.New(nc, jetstream.Settings{})
	if err == nil {
		var book *planner.Ledger
		if book, err = planner.OpenLedger(ctx, nc, 1); err == nil {
			return nc, store, book, nil
		}
	}
	nc.Close()
	return nil, nil, nil, fmt.Errorf("hub %s: %w", strings.Join(c.Hub, ", "), err)
}

// submit asks for the run, unless it has been asked for.
func (c submitCommand) submit(w world, store *jetstream.Farm, book *planner.Ledger, cells []cell.Cell) error {
	if _, err := book.Read(w.ctx, c.ID); !errors.Is(err, farm.ErrUnknown) {
		return err
	}
	hosts, err := c.hosts(w, store)
	if err != nil {
		return err
	}
	bench, err := c.rig()
	if err != nil {
		return err
	}
	r := planner.Run{ID: c.ID, Attempts: c.Attempts, Asked: w.now()}
	for _, one := range cells {
		if one.Excluded != "" {
			continue
		}
		job, err := json.Marshal(farmJob{Cell: one.ID(), Fault: c.Fault, Seed: c.Seed, Deadline: c.Deadline})
		if err != nil {
			return err
		}
		at := places(bench, one, hosts)
		if len(at) == 0 {
			return fmt.Errorf("%w: cell %s is for host %s, and --on leaves that out", errUsage, one.ID(), one.Reader.Host)
		}
		r.Cells = append(r.Cells, planner.Cell{ID: one.ID(), Places: at, Job: job})
	}
	return book.Submit(w.ctx, r)
}

// places are where a cell can run: where its reader is, or anywhere, where the
// reader is made for it.
func places(r rig.Rig, c cell.Cell, hosts []string) (out []planner.Place) {
	for _, h := range hosts {
		switch {
		case c.Kind != rig.Remote:
			out = append(out, planner.Place{Host: h, Devices: []farm.Device{{Host: h, Kind: farm.Reader, ID: "virtual " + c.ID()}}})
		case c.Reader.Host == "" || c.Reader.Host == h:
			out = append(out, planner.Place{Host: h, Devices: taken(r, c, h)})
		}
	}
	return out
}

// taken are the devices of a cell in a reader that a host has.
func taken(r rig.Rig, c cell.Cell, host string) []farm.Device {
	devices := []farm.Device{{Host: host, Kind: farm.Reader, ID: c.Reader.ID}}
	if c.Reader.Power != "" {
		devices = append(devices, farm.Device{Host: host, Kind: farm.Power, ID: c.Reader.Power})
	}
	return append(devices, farm.Device{Host: cmp.Or(r.HomeOf(c.Card), host), Kind: farm.Card, ID: cmp.Or(rig.Serial(c.Card.Serial), c.Card.ID)})
}

// hosts are those to run on.
func (c submitCommand) hosts(w world, store *jetstream.Farm) ([]string, error) {
	if len(c.On) > 0 {
		return c.On, nil
	}
	records, err := store.Devices(w.ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range records {
		if r.Device == host.Self(r.Device.Host) && r.State == farm.Held {
			out = append(out, r.Device.Host)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no host has joined this farm; 'hil host' makes this machine one")
	}
	return out, nil
}

// follow waits for the run's end and returns what was found, in the cells' order.
func (c submitCommand) follow(w world, store *jetstream.Farm, book *planner.Ledger, cells []cell.Cell) ([]result.Cell, error) {
	told := map[string]bool{}
	for {
		r, err := book.Read(w.ctx, c.ID)
		if err != nil && !errors.Is(err, farm.ErrUnavailable) {
			return nil, err
		}
		list, _ := store.Run(w.ctx, c.ID) // none yet, or the hub is away
		for _, p := range list {
			if p.Phase == farm.Done && !told[p.Work.Cell] {
				told[p.Work.Cell] = true
				_, _ = fmt.Fprintf(w.stderr, "%-5s %s on %s, attempt %d\n", p.Outcome.Verdict, p.Work.Cell, p.Work.Host, p.Work.Attempt)
			}
		}
		if r.End != nil {
			return found(cells, list)
		}
		select {
		case <-w.ctx.Done():
			return nil, fmt.Errorf("run %s goes on; 'hil submit --id %s' waits for it again", c.ID, c.ID)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// found are the cells' results. What a host could not even begin is MISS.
func found(cells []cell.Cell, list []farm.Progress) ([]result.Cell, error) {
	var out []result.Cell
	for _, c := range cells {
		at := slices.IndexFunc(list, func(p farm.Progress) bool { return p.Work.Cell == c.ID() })
		switch {
		case c.Excluded != "":
			out = append(out, c.Skipped())
		case at < 0 || list[at].Outcome == nil:
			out = append(out, c.Missed(errors.New("the farm has no outcome for it")))
		case len(list[at].Outcome.Result) == 0:
			out = append(out, c.Missed(errors.New(list[at].Outcome.Reason)))
		default:
			one, err := result.ReadCell(bytes.NewReader(list[at].Outcome.Result))
			if err != nil {
				return nil, fmt.Errorf("cell %s: %w", c.ID(), err)
			}
			out = append(out, one)
		}
	}
	return out, nil
}

// report writes and prints it, and exits with the gate's word.
func (c submitCommand) report(w world, r result.Report) error {
	dir, err := newRun(c.Out, r.Start)
	if err != nil {
		return err
	}
	r.End = w.now()
	decision := gate.Decide(r)
	r.Verdict = &decision
	if err := errors.Join(write(dir, r), latest(c.Out, dir)); err != nil {
		return err
	}
	if c.JSON {
		if err := render.JSON(w.stdout, r); err != nil {
			return err
		}
		return exit(decision.Exit)
	}
	var text strings.Builder
	if err := render.Text(&text, r, w.terminal()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w.stdout, "%s\nrun %s, seed %d\n%s\n", brief(text.String()), c.ID, c.Seed, filepath.Join(dir, "report.html"))
	return exit(decision.Exit)
}
