package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/persona"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
	"github.com/smartcard-connect/smartcard-connect/emu/timing"
)

// profilesCommand lists the cards.
type profilesCommand struct {
	JSON bool `help:"Print an array of objects, with opensc_conf per personality."`
}

// Run prints the list.
func (c profilesCommand) Run(w world) error {
	all, err := profile.All()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(w.stdout, all)
	}
	for _, p := range all {
		fmt.Fprint(w.stdout, fold(p.ID+"  ", 4, p.Title))
		for _, x := range p.Personalities {
			atr := x.ATR.String()
			if atr == "" {
				atr = "no answer to reset"
			}
			fmt.Fprintf(w.stdout, "    %s  %v  %s\n", x.ID, x.Protocol, atr)
			fmt.Fprint(w.stdout, fold("        ", 8, string(x.Sure)+": "+x.Why))
		}
	}
	return nil
}

// faultsCommand lists the faults.
type faultsCommand struct {
	ID   string `arg:"" optional:"" help:"Only this one, which may have parameters: card.removed-at:n=7."`
	JSON bool   `help:"Print an array of objects, with parameters and what an agent owes."`
}

// Run prints the list.
func (c faultsCommand) Run(w world) error {
	list := emu.Faults()
	if c.ID != "" {
		f, err := emu.Find(c.ID)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		list = []fault.Info{f.Listed()}
	}
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	for _, f := range list {
		fmt.Fprint(w.stdout, describe(f))
	}
	fmt.Fprint(w.stdout, "\n", fold("", 0, "Parameters follow a colon: card.removed-at:n=3,holder=555000000025. Every fault of a card has holder=UUID, only that person's cards show it, and power=N, it shows only when the card is powered for the N-th time, resets counted."))
	return nil
}

// describe is a fault in a few lines: what is wrong, what is owed, and its own
// parameters with their defaults.
func describe(f fault.Info) string {
	var out strings.Builder
	out.WriteString(fold(f.ID+"  ", 4, f.Title+only(f)))
	owed := f.Owes.Status
	for _, where := range slices.Sorted(maps.Keys(f.Owes.Except)) {
		owed += fmt.Sprintf(", with %s %s", where, f.Owes.Except[where])
	}
	if owed != "" {
		owed += ": "
	}
	out.WriteString(fold("    owes ", 9, owed+f.Owes.Text))
	for _, p := range f.Params {
		if p.Key != "holder" {
			out.WriteString(fold("    "+p.Key+"="+p.Default+"  ", 9, p.Form+": "+p.Title))
		}
	}
	return out.String()
}

// only is where a fault shows, if not everywhere.
func only(f fault.Info) string {
	switch {
	case f.Applet != "":
		return " (" + f.Applet + ")"
	case f.Protocol != "":
		return " (" + f.Protocol + ")"
	}
	return ""
}

// personasCommand lists the examples of cards to make.
type personasCommand struct {
	JSON bool   `help:"Print an array of objects."`
	Show string `placeholder:"ID" help:"Print this persona's file, to begin one's own with."`
}

// Run prints the list.
func (c personasCommand) Run(w world) error {
	if c.Show != "" {
		raw, err := persona.Source(c.Show)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		_, err = w.stdout.Write(raw)
		return err
	}
	all, err := persona.All()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(w.stdout, all)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\n", p.ID, p.Title)
	}
	return t.Flush()
}

// timingsCommand lists the timing profiles.
type timingsCommand struct {
	JSON bool `help:"Print an array of objects, each number with its reason."`
}

// Run prints the list.
func (c timingsCommand) Run(w world) error {
	all, err := timing.All()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(w.stdout, all)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\n", p.ID, p.Title)
		fmt.Fprintf(t, "\tRSA-2048 %v, VERIFY %v, SELECT %v (%s)\n", p.RSA["2048"].Value,
			p.Processing[timing.Verify].Value, p.Processing[timing.Select].Value, p.RSA["2048"].Sure)
	}
	return t.Flush()
}

// openscCommand prints a configuration file for OpenSC.
type openscCommand struct {
	which
}

// Run prints the file.
func (c openscCommand) Run(w world) error {
	p, x, err := c.shown()
	if err != nil {
		return err
	}
	about := strings.TrimSuffix(fmt.Sprintf("%s, %v, %s", p.Title, x.Protocol, x.ATR), ", ")
	fmt.Fprintf(w.stdout, "# %s\napp default {\n%s}\n", about, indent(x.OpenSCConf))
	return nil
}

func indent(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString("  " + line)
	}
	return out.String()
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
