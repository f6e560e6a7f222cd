package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/simulation"
)

// simulateCommand plans farms that nobody has.
type simulateCommand struct {
	Readers []int `default:"1000,2500,5000,10000" least:"1" most:"100000" help:"How many readers. Several numbers are several farms, and how the cost grows."`
	Cells   []int `placeholder:"N,..." least:"1" most:"1000000" help:"How many cells, one number for each of --readers. Default: ten a reader."`
	Seed    int64 `default:"1" help:"Fixes what is left to chance."`
	Rounds  int   `default:"3" least:"1" most:"1000" help:"How often each farm is simulated; the least time counts."`
	JSON    bool  `help:"Print an array of objects."`
}

// Run simulates each size and prints what it took.
func (c simulateCommand) Run(w world) error {
	if len(c.Cells) == 0 {
		for _, n := range c.Readers {
			c.Cells = append(c.Cells, 10*n)
		}
	}
	if len(c.Cells) != len(c.Readers) {
		return fmt.Errorf("%w: --cells has %d numbers and --readers %d", errUsage, len(c.Cells), len(c.Readers))
	}
	all := make([]simulation.Result, 0, len(c.Cells))
	for i, n := range c.Readers {
		r, err := c.least(w, simulation.Size{Readers: n, Cells: c.Cells[i]})
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if c.JSON {
		return printJSON(w.stdout, all)
	}
	return c.table(w, all)
}

// least is one farm with the least time of some rounds: what is more comes from
// other programs.
func (c simulateCommand) least(w world, size simulation.Size) (simulation.Result, error) {
	best, err := simulation.Run(w.ctx, size, c.Seed, w.now)
	for n := 1; n < c.Rounds && err == nil; n++ {
		var r simulation.Result
		r, err = simulation.Run(w.ctx, size, c.Seed, w.now)
		best.Planning, best.Following = min(best.Planning, r.Planning), min(best.Following, r.Following)
	}
	return best, err
}

func (c simulateCommand) table(w world, all []simulation.Result) error {
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "readers\tcells\tplanning\tsteps\tmoves\tfollowing\tlive MiB\tin all MiB\tlasts\tacquired\trenewed\treleased\tcalls/cell\tcalls/s\t")
	for _, r := range all {
		x := r.Traffic
		_, _ = fmt.Fprintf(t, "%d\t%d\t%s\t%d\t%d\t%s\t%.1f\t%.0f\t%s\t%d\t%d\t%d\t%.2f\t%.0f\t\n", r.Readers, r.Cells,
			r.Planning.Round(time.Millisecond), r.Steps, r.Moves, r.Following.Round(time.Millisecond), mib(r.Live), mib(r.Allocated), r.Lasted.Round(time.Second),
			x.Acquires, x.Renews, x.Releases, float64(x.Leases())/float64(r.Cells), float64(x.Leases())/r.Lasted.Seconds())
	}
	if err := t.Flush(); err != nil || len(all) < 2 {
		return err
	}
	_, _ = fmt.Fprintln(w.stdout, "\ngrows with the cells to the power of (1 is linear):")
	for _, g := range []struct {
		what string
		of   func(simulation.Result) float64
	}{
		{"planning time", func(r simulation.Result) float64 { return r.Planning.Seconds() }},
		{"planner's steps", func(r simulation.Result) float64 { return float64(r.Steps) }},
		{"time to follow", func(r simulation.Result) float64 { return r.Following.Seconds() }},
		{"live memory", func(r simulation.Result) float64 { return float64(r.Live) }},
		{"lease calls", func(r simulation.Result) float64 { return float64(r.Traffic.Leases()) }},
	} {
		var x, y []float64
		for _, r := range all {
			x, y = append(x, float64(r.Cells)), append(y, g.of(r))
		}
		_, _ = fmt.Fprintf(w.stdout, "  %-16s %.2f\n", g.what, simulation.Growth(x, y))
	}
	_, err := fmt.Fprintf(w.stdout, "seed %d; lasts and calls/s are in the farm's own time\n", c.Seed)
	return err
}

func mib(bytes uint64) float64 { return float64(bytes) / (1 << 20) }
