package main

import (
	"fmt"
	"os"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/scale"
)

// benchCommand measures the bench itself.
type benchCommand struct {
	Scale  scaleCommand  `cmd:"" help:"How many virtual readers this machine keeps busy, and what a cell costs beside its checks."`
	Flakes flakesCommand `cmd:"" help:"How often cells and readers of a farm's host were not what they seemed."`
}

// scaleCommand is a row for each number of readers.
type scaleCommand struct {
	Bin     string        `type:"path" placeholder:"DIR" help:"The built programs. Default: the folder of hil itself."`
	Readers []int         `default:"1,2,4,8,16,32,64" least:"1" most:"1000" help:"How many at once, a row each."`
	Kind    []string      `default:"pcscd" enum:"pcscd,package,mixed" help:"pcscd: a smartcard service each. package: inside the conformance process. mixed: both by turns."`
	For     time.Duration `default:"30s" least:"1s" most:"24h" help:"No cell begins later, and CPU is counted until then."`
	Only    string        `default:"card.*" placeholder:"SPECS" help:"The specs of each cell."`
	Least   float64       `default:"0" placeholder:"N" least:"0" most:"10000" help:"Fail (2) if the row with the most readers uses fewer CPU seconds a second."`
	Out     string        `short:"o" type:"path" placeholder:"FILE" help:"A Markdown file with a place for the table, which goes there as well."`
	Seed    int64         `default:"1" help:"Fixes what is left to chance."`
}

// Run measures row by row.
func (c scaleCommand) Run(w world) error {
	var rows []scale.Row
	for _, kind := range c.Kind {
		for _, n := range c.Readers {
			row, err := c.row(w, kind, n)
			if err != nil {
				return err
			}
			rows = append(rows, row)
			_, _ = fmt.Fprintf(w.stderr, "%s, %d readers: %d cells in %s, %.2f CPU s/s; %s\n", kind, n, row.Cells, row.Wall.Round(time.Second), row.Busy, row.Slowest)
			for _, bad := range row.Bad[:min(3, len(row.Bad))] {
				_, _ = fmt.Fprintln(w.stderr, "  "+bad)
			}
		}
	}
	table := scale.Table(rows)
	_, _ = fmt.Fprint(w.stdout, table)
	if c.Out != "" {
		if err := scale.Publish(c.Out, table); err != nil {
			return err
		}
	}
	if last := rows[len(rows)-1]; last.Busy < c.Least {
		return fmt.Errorf("%d readers used %.2f CPU seconds a second, fewer than %.2f", last.Readers, last.Busy, c.Least)
	}
	return nil
}

func (c scaleCommand) row(w world, kind string, readers int) (scale.Row, error) {
	dir, err := os.MkdirTemp("", "hil-")
	if err != nil {
		return scale.Row{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return scale.Measure{
		Kind: kind, Readers: readers, For: c.For, Only: c.Only, Dir: dir, Bin: where{Bin: c.Bin}.programs(w).Bin, Seed: c.Seed, Now: w.now,
		Program: []string{w.self, "reader-init", "--job"},
		Env:     func(dir string) []string { return cellEnv(w.env, dir) },
		CPU:     func() (ours, idle time.Duration) { return scale.CPU(os.Getpid()) },
	}.Run(w.ctx)
}
