package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// devicesCommand lists readers and cards:
//
//	hil devices --write bench.yaml
type devicesCommand struct {
	JSON    bool   `help:"Print an array of objects."`
	Desk    bool   `help:"List the cards and readers of the running 'hil up' instead."`
	NoCards bool   `help:"Do not ask the cards which they are."`
	Write   string `type:"path" placeholder:"FILE" help:"Write a first bench file of what is here. A file that is there is not overwritten."`
}

// Run prints the list, or writes the file.
func (c devicesCommand) Run(w world) error {
	if c.Desk {
		return c.desk(w)
	}
	if c.Write != "" {
		if err := fresh(c.Write); err != nil {
			return err
		}
	}
	list, err := c.look(w)
	if err != nil {
		return err
	}
	if c.Write != "" {
		return c.write(w, list)
	}
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w.stderr, "This machine has no reader. 'hil devices --desk' lists the virtual ones of the running 'hil up'.")
		return err
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, r := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", r.ID, r.Title)
		for _, note := range r.Notes {
			_, _ = fmt.Fprintf(t, "\t  %s\n", note)
		}
	}
	return t.Flush()
}

func (c devicesCommand) look(w world) ([]inventory.Reader, error) {
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	list, err := inventory.Look{System: w.cards, NoCards: c.NoCards}.Readers(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, serviceHint(err))
	}
	return list, nil
}

// serviceHint is what to do where the service is away.
func serviceHint(err error) string {
	if !errors.Is(err, reader.ErrNoService) {
		return ""
	}
	return "\nIs pcscd installed and allowed for this user? On Debian: apt-get install pcscd"
}

func (c devicesCommand) write(w world, list []inventory.Reader) error {
	if len(list) == 0 {
		return fmt.Errorf("%w: this machine has no reader to write down", errUsage)
	}
	raw, err := inventory.File(w.host, list)
	if err != nil {
		return err
	}
	if err := result.WriteFile(c.Write, func(out io.Writer) error { _, err := out.Write(raw); return err }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "Wrote %s with %d readers. Give them the names on their labels; then: hil insert CARD READER --rig %s\n", c.Write, len(list), asWord(c.Write))
	return err
}
