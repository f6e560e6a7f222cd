package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/matrix"
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// choice is which cells: those of the rig, or of a plan file on it.
type choice struct {
	where
	Matrix  string `type:"existingfile" placeholder:"FILE" help:"A plan file: build × card × reader × protocol × suite, instead of the rig's own cells."`
	History string `type:"path" placeholder:"FILE" help:"How long cells took before. Default: durations.jsonl in the folder of results."`
}

// cells are all cells of the choice.
func (c choice) cells() ([]cell.Cell, error) {
	if c.Matrix == "" {
		return c.where.cells()
	}
	r, err := c.rig()
	if err != nil {
		return nil, err
	}
	f, err := plan.Load(c.Matrix)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	cells, _, err := cell.Planned(f, r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return cells, nil
}

// order is the cells with the plan for them.
type order struct {
	cells   []cell.Cell
	planned []plan.Cell
	floor   plan.Floor
	plan    plan.Plan
	history string
	builds  map[string]string
}

// order plans the cells on the rig.
func (c choice) order(cells []cell.Cell, out string, atOnce int, seed int64) (order, error) {
	r, err := c.rig()
	if err != nil {
		return order{}, err
	}
	return c.orderOn(r, plan.OfRig(r, atOnce), cells, out, seed)
}

// orderOn plans them on a floor of the rig.
func (c choice) orderOn(r rig.Rig, floor plan.Floor, cells []cell.Cell, out string, seed int64) (o order, err error) {
	o = order{cells: cells, floor: floor, history: c.History, builds: map[string]string{}}
	if o.history == "" {
		o.history = filepath.Join(out, "durations.jsonl")
	}
	if c.Matrix != "" {
		f, err := plan.Load(c.Matrix)
		if err != nil {
			return order{}, err
		}
		for _, b := range f.Builds {
			o.builds[b.ID] = b.Bin
		}
	}
	for _, x := range cells {
		p := plan.Cell{ID: x.ID(), Build: x.Candidate, Card: x.Card.ID, Protocol: x.Protocol(), Suite: suite(x), Excluded: x.Excluded}
		if !plan.Software(r) && x.Reader.ID != "" {
			d, _ := r.Reader(x.Reader.ID)
			p.Reader = cmp.Or(d.Host, "here") + "/" + x.Reader.ID
		}
		o.planned = append(o.planned, p)
	}
	h, err := readHistory(o.history)
	if err != nil {
		return order{}, err
	}
	h.Fill(o.planned)
	o.plan, err = plan.Make(o.floor, o.planned, plan.Options{Seed: seed})
	return o, err
}

// suite is what cells that take about as long have in common.
func suite(c cell.Cell) string { return c.Kind + " " + c.Suite }

func readHistory(path string) (*plan.History, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &plan.History{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	h, err := plan.ReadHistory(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// remember keeps how long the cells took. Those that missed say nothing.
func (o order) remember(found []result.Cell) error {
	f, err := os.OpenFile(o.history, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	var all []error
	for i, c := range found {
		p := o.planned[i]
		if c.Verdict != result.Miss && c.Verdict != result.Skip {
			all = append(all, json.NewEncoder(f).Encode(plan.Taken{Cell: p.ID, Card: p.Card, Protocol: p.Protocol, Suite: p.Suite, Took: c.End.Sub(c.Start)}))
		}
	}
	return errors.Join(append(all, f.Close())...)
}

// step is one line of the order.
type step struct {
	ID       string        `json:"id"`
	Title    string        `json:"title"`
	Start    time.Duration `json:"start_ns"`
	Takes    time.Duration `json:"takes_ns"`
	Reader   string        `json:"reader,omitempty"`
	Card     string        `json:"card,omitempty"`
	Gadget   string        `json:"gadget,omitempty"` // that brings the card for it
	Excluded string        `json:"excluded,omitempty"`
	Unplaced string        `json:"unplaced,omitempty"`

	cell int
}

// steps are all cells: those that run by their start, and the others after them.
func (o order) steps() []step {
	var steps []step
	for _, s := range o.plan.Stays {
		at, gadget := s.Start+s.Move, s.Gadget
		for _, c := range s.Cells {
			p := o.planned[c]
			steps = append(steps, step{
				ID: p.ID, Title: p.Card + " in " + o.floor.Readers[s.Reader].Name(), Start: at, Takes: p.Estimate,
				Reader: o.floor.Readers[s.Reader].Name(), Card: o.floor.Cards[s.Card].Serial, Gadget: gadget, cell: c,
			})
			at, gadget = at+p.Estimate, ""
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.Start, b.Start) })
	for _, u := range o.plan.Unplaced {
		steps = append(steps, step{ID: o.planned[u.Cell].ID, Title: "cannot run", Unplaced: u.Reason, cell: u.Cell})
	}
	for i, p := range o.planned {
		if p.Excluded != "" {
			steps = append(steps, step{ID: p.ID, Title: "excluded", Excluded: p.Excluded, cell: i})
		}
	}
	return steps
}

func (o order) print(out io.Writer, asJSON bool) error {
	steps := o.steps()
	if asJSON {
		return printJSON(out, steps)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "at\ttakes\tcell\treader\tcard\tbrought by")
	for _, s := range steps {
		switch why := cmp.Or(s.Excluded, s.Unplaced); why {
		case "":
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Start.Round(time.Second), s.Takes.Round(time.Second), s.ID, s.Reader, s.Card, s.Gadget)
		default:
			_, _ = fmt.Fprintf(t, "-\t-\t%s\t%s: %s\n", s.ID, s.Title, why)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	p := o.plan
	_, err := fmt.Fprintf(out, "\n%d cells, %d card moves that take %s; all in about %s\n", len(steps), p.Moves, p.Moving.Round(time.Second), p.Makespan.Round(time.Second))
	return err
}

// inOrder are the cells as they are begun. Those that have no place are not.
func (o order) inOrder() (cells []cell.Cell) {
	for _, s := range o.steps() {
		if s.Unplaced == "" {
			cells = append(cells, o.cells[s.cell])
		}
	}
	return cells
}

// back brings results from the order in which cells were begun to that of the
// cells. Those that have no place are MISS, at the time given.
func (o order) back(found []result.Cell, seed int64, at time.Time) []result.Cell {
	out := make([]result.Cell, len(o.cells))
	for _, s := range o.steps() {
		if c := o.cells[s.cell]; s.Unplaced != "" {
			out[s.cell] = c.Stamp(c.Missed(errors.New(s.Unplaced)), "", seed, at, at)
			continue
		}
		out[s.cell], found = found[0], found[1:]
	}
	return out
}

// standing is how far a run is.
type standing struct {
	mu       sync.Mutex
	progress *plan.Progress
	cells    map[string]int
}

func (o order) progress() *standing {
	s := &standing{progress: plan.NewProgress(o.plan, o.planned, len(o.floor.Readers)), cells: map[string]int{}}
	for i, p := range o.planned {
		s.cells[p.ID] = i
	}
	return s
}

// heard takes in what the matrix says.
func (s *standing) heard(e matrix.Event, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.State == "running":
		s.progress.Begin(s.cells[e.Cell], now)
	case e.Result != nil:
		s.progress.End(s.cells[e.Cell], now)
	}
}

// note is a line for people.
func (s *standing) note(now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	done, all := s.progress.Counts()
	return fmt.Sprintf("%d of %d done, about %s left", done, all, s.progress.Left(now).Round(time.Second))
}
