package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/hil/health"
)

// flakesCommand counts what was not what it seemed, for product and bench apart:
//
//	hil bench flakes out/host/cells/health.jsonl
type flakesCommand struct {
	Book string `arg:"" type:"existingfile" help:"What happened at a host's readers: cells/health.jsonl in the folder of 'hil host'."`
	JSON bool   `help:"Print an object with the lists product and bench."`
}

// Run prints the counts, the worst first.
func (c flakesCommand) Run(w world) error {
	product, bench, err := health.Shared(c.Book).Flakes()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(w.stdout, map[string][]health.Flake{"product": append([]health.Flake{}, product...), "bench": append([]health.Flake{}, bench...)})
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "whose\twhere\ttimes\tof")
	for _, f := range product {
		_, _ = fmt.Fprintf(t, "product\t%s\t%d\t%d\n", f.Of, f.Times, f.In)
	}
	for _, f := range bench {
		_, _ = fmt.Fprintf(t, "bench\t%s\t%d\t%d\n", f.Of, f.Times, f.In)
	}
	return t.Flush()
}
