package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/explain"
)

// explainCommand says what a code on a page means.
type explainCommand struct {
	Code string `arg:"" optional:"" help:"As the page shows it. Without one, all codes are listed."`
	listing
}

// Run explains one code. One that is not known is wrong use, with the list.
func (c explainCommand) Run(w world) error {
	all, err := explain.All()
	if err != nil {
		return err
	}
	rows := []row{}
	for _, code := range all {
		rows = append(rows, row{ID: code.ID, Title: code.Title})
	}
	if c.Code == "" {
		return c.print(w, rows)
	}
	code, err := explain.Find(c.Code)
	if errors.Is(err, explain.ErrUnknown) {
		var known strings.Builder
		_ = listing{}.print(world{stdout: &known}, rows) // a Builder takes everything
		return fmt.Errorf("%w: %w; the codes are\n%s", errUsage, err, known.String())
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(w.stdout).Encode(code)
	}
	_, err = fmt.Fprint(w.stdout, told(code))
	return err
}

// told is a code for people.
func told(c explain.Code) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\nShown by: %s.\n\nWhat causes it:\n", c.ID, c.Title, c.Where)
	for _, cause := range c.Causes {
		fmt.Fprintf(&b, "  - %s\n", cause)
	}
	b.WriteString("\nWhere to look:\n")
	for _, l := range c.Look {
		fmt.Fprintf(&b, "  - %s: %s\n    %s\n", l.In, l.Find, l.Means)
	}
	b.WriteString("\nThen try:\n")
	for _, try := range c.Try {
		fmt.Fprintf(&b, "  - %s\n", try)
	}
	fmt.Fprintf(&b, "\nSource: %s.\n", c.Source)
	return b.String()
}
