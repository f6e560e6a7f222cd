package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/proof"
)

type prove struct {
	Out    string `help:"Where proof.json and proof.md go." default:"out/proof" type:"path"`
	Filter string `help:"Prove only specs whose ID matches."`
	Every  int    `help:"Look what notices each n-th fault: 1 is all of them and takes half an hour on two processors, 0 none." default:"1"`
	Brief  bool   `help:"Stop looking at a fault when it is clear that it leaves enough green: the list of what notices it is then not whole."`
	Cells  int    `help:"So many cells at once; 0 is four for each processor, as they mostly wait."`
}

// Run proves the specs.
func (v *prove) Run(d *desk) error {
	checks, err := chosen(v.Filter)
	if err != nil {
		return err
	}
	if v.Cells == 0 {
		v.Cells = 4 * runtime.GOMAXPROCS(0)
	}
	t := proof.Make(d.ctx, proof.Plan{All: catalogue.All(), Prove: checks, Suite: version, Every: v.Every, Brief: v.Brief, Cells: v.Cells, Notice: d.progress("cells")})
	if err := writeTable(v.Out, t); err != nil {
		return err
	}
	fmt.Fprintln(d.out, t.Summary())
	wrong := t.Wrong()
	for _, s := range wrong {
		fmt.Fprintln(d.out, s)
	}
	if d.ctx.Err() != nil {
		return fmt.Errorf("%w: interrupted", errInconclusive)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %d things are not proved", errFailed, len(wrong))
	}
	return nil
}

func writeTable(dir string, t proof.Table) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "proof.json"), append(raw, '\n'), 0o644); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "proof.md"))
	if err != nil {
		return err
	}
	if err := t.Markdown(f); err != nil {
		_ = f.Close() // the error of writing is the one to tell
		return err
	}
	return f.Close()
}
