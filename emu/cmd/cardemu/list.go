package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/emu"
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
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\n", p.ID, p.Title)
		for _, x := range p.Personalities {
			fmt.Fprintf(t, "\t%v  %s (%s)\n\t%s\n", x.Protocol, x.ATR, x.Sure, x.Why)
		}
	}
	return t.Flush()
}

// faultsCommand lists the faults.
type faultsCommand struct {
	JSON bool `help:"Print an array of objects."`
}

// Run prints the list.
func (c faultsCommand) Run(w world) error {
	if c.JSON {
		return printJSON(w.stdout, emu.Faults())
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, f := range emu.Faults() {
		fmt.Fprintf(t, "%s\t%s\n", f.ID, f.Title)
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
	options, err := c.options()
	if err != nil {
		return err
	}
	p, err := profile.Find(options.Profile)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	x, err := p.Personality(options.Protocol)
	if err != nil {
		return err
	}
	for _, y := range p.Personalities {
		if y.ID == options.Personality {
			x = y
		}
	}
	if options.Personality != "" && x.ID != options.Personality {
		return fmt.Errorf("%w: %s has no personality %q", errUsage, p.ID, options.Personality)
	}
	fmt.Fprintf(w.stdout, "# %s, %v, %s\napp default {\n%s}\n", p.Title, x.Protocol, x.ATR, indent(x.OpenSCConf))
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
