package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/conformance"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

type info struct {
	JSON bool `help:"Write JSON."`
}

// Run says how much there is to judge.
func (v *info) Run(d *desk) error {
	type row struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		Specs int    `json:"specs"`
	}
	var rows []row
	for _, s := range catalogue.Suites {
		rows = append(rows, row{s.Name, s.Title, len(s.Checks())})
	}
	if v.JSON {
		return writeJSON(d.out, rows)
	}
	for _, r := range rows {
		fmt.Fprintf(d.out, "%-10s %3d specs  %s\n", r.ID, r.Specs, r.Title)
	}
	return nil
}

type list struct {
	JSON bool `help:"Write a JSON array with id, title, source, requires, proof and because."`
}

// Run lists the specs.
func (v *list) Run(d *desk) error {
	checks := catalogue.All()
	if v.JSON {
		return writeJSON(d.out, checks)
	}
	return table(d.out, checks)
}

func table(w io.Writer, checks []suite.Check) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range checks {
		proof := c.Proof
		if proof == "" {
			proof = "(unproven)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.ID, proof, c.Title)
	}
	return t.Flush()
}

type faults struct {
	JSON bool `help:"Write a JSON array with id, title, owner, bench, params and owes."`
}

// Run lists every fault of every part.
func (v *faults) Run(d *desk) error {
	all := target.AllFaults()
	if v.JSON {
		return writeJSON(d.out, all)
	}
	t := tabwriter.NewWriter(d.out, 0, 4, 2, ' ', 0)
	for _, f := range all {
		owes := ""
		if f.Owes != nil {
			owes = f.Owes.Status
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.ID, f.Owner, owes, f.Title)
	}
	return t.Flush()
}

type manifest struct {
	Check manifestCheck `cmd:"" help:"Fail if an ID of the golden list was removed or renamed, or is missing from it."`
	Print manifestPrint `cmd:"" help:"Print the list as it should be."`
}

type manifestCheck struct{}

// Run compares.
func (*manifestCheck) Run(d *desk) error {
	said := conformance.Compare(conformance.Golden(), catalogue.All())
	for _, s := range said {
		fmt.Fprintln(d.out, s)
	}
	if len(said) > 0 {
		return fmt.Errorf("%w: %d differences from the golden list", errFailed, len(said))
	}
	return nil
}

type manifestPrint struct{}

// Run prints.
func (*manifestPrint) Run(d *desk) error {
	_, err := io.WriteString(d.out, conformance.Lines(catalogue.All()))
	return err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
