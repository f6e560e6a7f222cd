package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/rigs"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// where are the flags that say which bench and which programs.
type where struct {
	Rig string `placeholder:"FILE" default:"virtual" help:"The bench: a file, or the name of a built-in one such as release. Default: ${default}."`
	Bin string `type:"path" placeholder:"DIR" help:"The built programs. Default: the folder of hil itself."`
}

// programs finds the built programs.
func (f where) programs(w world) bench.Programs {
	dir := f.Bin
	if dir == "" {
		dir = filepath.Dir(w.self)
	}
	return bench.Programs{Bin: dir}
}

// cells are all cells of the bench.
func (f where) cells() ([]cell.Cell, error) {
	r, err := f.rig()
	if err != nil {
		return nil, err
	}
	return cell.Of(r)
}

func (f where) rig() (rig.Rig, error) {
	b, err := rigs.Files.ReadFile(f.Rig + ".yaml")
	if err != nil {
		return rig.Load(f.Rig)
	}
	return rig.Parse(b)
}

// plan is what a release must show, from the rig and the conformance program's
// own list.
func (f where) plan(w world, cells []cell.Cell) (result.Plan, error) {
	path, err := f.programs(w).Built(bench.Conformance)
	if err != nil {
		return result.Plan{}, err
	}
	out, err := exec.CommandContext(w.ctx, path, "list", "--json").Output()
	if err != nil {
		return result.Plan{}, fmt.Errorf("conformance list --json: %w", err)
	}
	specs, err := cell.ParseSpecs(out)
	if err != nil {
		return result.Plan{}, err
	}
	return cell.Plan(cells, specs), nil
}

// planCommand lists cells.
type planCommand struct {
	choice
	Order    bool     `help:"Print in which order 'hil run' takes the cells, who brings which card where, and how long it takes."`
	AtOnce   int      `default:"2" least:"1" most:"1000" help:"With --order: how many cells run at the same time, where readers are made of software."`
	Seed     int64    `default:"1" help:"With --order: decides between equals."`
	JSON     bool     `help:"Print an array of objects."`
	Release  string   `placeholder:"NAME" help:"Print the plan of a release, to be signed by its owner."`
	Artifact []string `type:"existingfile" placeholder:"FILE" help:"With --release: a program that would ship. Cells of the built programs judge those."`
	Also     []string `type:"existingfile" placeholder:"FILE" help:"With --release: a JSON array of cells that run elsewhere, each with id, kind, required and judges."`
}

// planned is one line of the list.
type planned struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Kind     string   `json:"kind"`
	Features []string `json:"features"`
	Required []string `json:"required"`
	Excluded string   `json:"excluded,omitempty"`
}

// Run prints the list.
func (c planCommand) Run(w world) error {
	cells, err := c.cells()
	if err != nil {
		return err
	}
	if c.Order {
		o, err := c.order(cells, "out", c.AtOnce, c.Seed)
		if err != nil {
			return err
		}
		return o.print(w.stdout, c.JSON)
	}
	plan, err := c.plan(w, cells)
	if err != nil {
		return err
	}
	if c.Release != "" {
		return c.release(w, cells, plan)
	}
	list := make([]planned, len(cells))
	for i, x := range cells {
		list[i] = planned{
			ID: x.ID(), Title: fmt.Sprintf("series %s, %s, %s", x.Card.Series, x.Card.Protocol, x.Build()),
			Kind: x.Kind, Features: x.Features, Required: plan.Cells[i].Required, Excluded: x.Excluded,
		}
	}
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, p := range list {
		what := fmt.Sprintf("%d specs required", len(p.Required))
		if p.Excluded != "" {
			what = "excluded: " + p.Excluded
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", p.ID, p.Title, what)
	}
	return t.Flush()
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
