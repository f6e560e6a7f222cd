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
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// submitCommand runs the matrix on a farm.
type submitCommand struct {
	choice
	Hub      []string      `required:"" placeholder:"ADDR" help:"The hub's nodes: where they let clients in."`
	Identity string        `required:"" type:"existingdir" placeholder:"DIR" help:"An identity of role planner."`
	ID       string        `name:"id" placeholder:"RUN" help:"The run's ID. Default: by the clock."`
	Cells    string        `placeholder:"PATTERN" help:"Only these cells, such as series9-* or a list with commas. Such a run is no release verdict."`
	On       []string      `placeholder:"HOST" help:"Only on these hosts. Default: on all that are there."`
	Fault    string        `placeholder:"ID" help:"Something to be wrong, as listed by 'hil faults'."`
	Seed     int64         `help:"Fixes what is left to chance. Default: from the clock, and printed."`
	Deadline time.Duration `default:"4m" least:"1s" most:"24h" help:"How long the checks of one cell may take."`
	Attempts int           `default:"3" least:"1" most:"100" help:"How often a cell is tried while what it ends with is inconclusive."`
	Out      string        `default:"out" type:"path" help:"Where results go: one folder per run, and latest."`
	DryRun   bool          `help:"Print the order, the card moves and the time it would take on the farm as it is, and submit nothing."`
	Patience time.Duration `default:"0s" least:"0s" most:"720h" help:"Report after so long with what there is then: a cell without an outcome is MISS with what it waits for, and the run goes on. 0 waits for the end."`
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
interrupted or took too long: the run goes on), 3 could not verify, 64 wrong use.`
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
	fixed := c.Seed
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
	o, err := c.placed(w, store, chosen, fixed)
	if err != nil {
		return err
	}
	if c.DryRun {
		return o.print(w.stdout, c.JSON)
	}
	plan, err := c.plan(w, all)
	if err != nil {
		return err
	}
	start := w.now()
	if err := c.submit(w, book, o); err != nil {
		return err
	}
	if !c.Wait {
		_, err := fmt.Fprintln(w.stdout, c.ID)
		return err
	}
	report := result.Report{Schema: result.Schema, Build: build(w), Plan: plan, Seed: c.Seed, Start: start}
	if report.Cells, err = c.follow(w, store, book, o); err != nil {
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

// placement is the order of the cells on the farm as it is, with the places of each.
type placement struct {
	order
	places map[int][]planner.Place // by cell
}

// placed plans the cells. Readers and cards that are drained or in quarantine are
// left out; a cell that only they could serve is told apart, with the reason.
func (c submitCommand) placed(w world, store *jetstream.Farm, cells []cell.Cell, seed int64) (placement, error) {
	r, err := c.rig()
	if err != nil {
		return placement{}, err
	}
	records, err := store.Devices(w.ctx)
	if err != nil {
		return placement{}, err
	}
	if r, err = c.settle(r, records); err != nil {
		return placement{}, err
	}
	floor := plan.OfRig(r, max(len(c.hosts(records)), 1))
	if !plan.Software(r) {
		floor.Know(records)
		c.only(&floor)
	}
	o := placement{places: map[int][]planner.Place{}}
	if o.order, err = c.orderOn(r, floor, cells, c.Out, seed); err != nil {
		return o, err
	}
	for _, p := range o.plan.Placements(o.floor, o.planned) {
		if !plastic(r, cells[p.Cell]) {
			continue
		}
		for _, at := range p.Places {
			o.places[p.Cell] = append(o.places[p.Cell], planner.Place(at))
		}
	}
	return o, c.software(r, &o, records)
}

// settle says at which host the readers are for which the bench file names none:
// the only one there is.
func (c submitCommand) settle(r rig.Rig, records []farm.Record) (rig.Rig, error) {
	if plan.Software(r) {
		return r, nil
	}
	r.Readers = slices.Clone(r.Readers)
	for i := range r.Readers {
		if r.Readers[i].Host != "" {
			continue
		}
		hosts := c.hosts(records)
		if len(hosts) != 1 {
			return r, fmt.Errorf("%w: the bench file names no host for reader %s, and it could be one of %d; add it there, or say --on HOST", errUsage, r.Readers[i].ID, len(hosts))
		}
		r.Readers[i].Host = hosts[0]
	}
	return r, nil
}

// only leaves out the readers of hosts that are not wanted.
func (c submitCommand) only(f *plan.Floor) {
	for i := range f.Readers {
		if d := &f.Readers[i]; len(c.On) > 0 && !slices.Contains(c.On, d.Host) {
			d.Out = cmp.Or(d.Out, "host "+d.Host+" is not among --on")
		}
	}
}

// software gives places to cells whose reader is made for them: any host.
func (c submitCommand) software(r rig.Rig, o *placement, records []farm.Record) error {
	hosts := c.hosts(records)
	for i, one := range o.cells {
		if one.Excluded != "" || plastic(r, one) {
			continue
		}
		if len(hosts) == 0 {
			return errors.New("no host has joined this farm; 'hil host' makes this machine one")
		}
		if o.places[i] = places(r, one, hosts); len(o.places[i]) == 0 {
			return fmt.Errorf("%w: cell %s is for host %s, and --on leaves that out", errUsage, one.ID(), one.Reader.Host)
		}
	}
	return nil
}

// submit asks for the run, unless it has been asked for.
func (c submitCommand) submit(w world, book *planner.Ledger, o placement) error {
	if _, err := book.Read(w.ctx, c.ID); !errors.Is(err, farm.ErrUnknown) {
		return err
	}
	r := planner.Run{ID: c.ID, Attempts: c.Attempts, Asked: w.now()}
	for _, s := range o.steps() {
		if len(o.places[s.cell]) == 0 {
			continue
		}
		job := farmJob{Cell: s.ID, Fault: c.Fault, Seed: c.Seed, Deadline: c.Deadline}
		if c.Matrix != "" {
			p := o.planned[s.cell]
			x := o.cells[s.cell]
			p.Suite, p.Reader = x.Suite, x.Kind // which row of the host's rig it is
			if x.Kind == rig.PCSCD && x.Reader.ID != "" {
				p.Reader = x.Reader.ID
			}
			job.Place = &p
			if o.builds[p.Build] != "" {
				job.Build = p.Build
			}
		}
		raw, err := json.Marshal(job)
		if err != nil {
			return err
		}
		r.Cells = append(r.Cells, planner.Cell{ID: s.ID, Places: o.places[s.cell], Job: raw})
	}
	if len(r.Cells) == 0 {
		return fmt.Errorf("no cell has a place on this farm: %s", o.whyNot())
	}
	return book.Submit(w.ctx, r)
}

// whyNot is the first reason for which a cell has no place.
func (o placement) whyNot() string {
	for _, u := range o.plan.Unplaced {
		return u.Reason
	}
	return "all are excluded"
}

// places are where a cell can run whose reader is at no particular place of the
// plan: where its own reader is, or anywhere, where the reader is made for it.
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
func (c submitCommand) hosts(records []farm.Record) (out []string) {
	if len(c.On) > 0 {
		return c.On
	}
	for _, r := range records {
		if r.Device == host.Self(r.Device.Host) && r.State == farm.Held {
			out = append(out, r.Device.Host)
		}
	}
	return out
}

// follow waits for the run's end and returns what was found, in the cells' order.
func (c submitCommand) follow(w world, store *jetstream.Farm, book *planner.Ledger, o placement) ([]result.Cell, error) {
	told, start := map[string]bool{}, w.now()
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
			return o.found(list, nil)
		}
		if c.Patience > 0 && w.now().Sub(start) >= c.Patience {
			_, _ = fmt.Fprintf(w.stderr, "run %s goes on; 'hil submit --id %s' waits for it again\n", c.ID, c.ID)
			records, _ := store.Devices(w.ctx) // without them, it is only not said what a cell waits for
			return o.found(list, waits{c.Patience, records}.why)
		}
		select {
		case <-w.ctx.Done():
			return nil, fmt.Errorf("run %s goes on; 'hil submit --id %s' waits for it again", c.ID, c.ID)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// waits is a farm on which a cell has waited for so long.
type waits struct {
	time.Duration
	records []farm.Record
}

// why is what a cell waits for that has these places.
func (w waits) why(places []planner.Place) error {
	text := fmt.Sprintf("no outcome after %s", w.Duration)
	var said []string
	for _, p := range places {
		for _, d := range p.Devices {
			at := slices.IndexFunc(w.records, func(r farm.Record) bool { return r.Device == d })
			if at < 0 || w.records[at].State == farm.Free {
				continue
			}
			r := w.records[at]
			said = append(said, strings.TrimSuffix(fmt.Sprintf("%s %s of host %s is %s: %s", d.Kind, d.ID, d.Host, r.State, r.Reason), ": "))
		}
	}
	slices.Sort(said)
	return errors.New(strings.Join(append([]string{text}, slices.Compact(said)...), "; "))
}

// found are the cells' results. What a host could not even begin is MISS, and so is
// what has no outcome yet, for the reason that why tells where the run has not ended.
func (o placement) found(list []farm.Progress, why func([]planner.Place) error) ([]result.Cell, error) {
	var out []result.Cell
	unplaced := map[int]string{}
	for _, u := range o.plan.Unplaced {
		unplaced[u.Cell] = u.Reason
	}
	for i, c := range o.cells {
		at := slices.IndexFunc(list, func(p farm.Progress) bool { return p.Work.Cell == c.ID() })
		switch {
		case c.Excluded != "":
			out = append(out, c.Skipped())
		case at < 0 && unplaced[i] != "":
			out = append(out, c.Missed(errors.New(unplaced[i])))
		case (at < 0 || list[at].Outcome == nil) && why != nil:
			out = append(out, c.Missed(why(o.places[i])))
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
