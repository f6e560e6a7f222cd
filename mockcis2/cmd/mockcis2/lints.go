package main

import (
	"encoding/json"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

// lintsCommand lists what applications are judged by.
type lintsCommand struct{ listing }

// Run lists the lints; in JSON with source and advice.
func (c lintsCommand) Run(w world) error {
	if c.JSON {
		return json.NewEncoder(w.stdout).Encode(lint.All)
	}
	rows := []row{}
	for _, l := range lint.All {
		rows = append(rows, row{ID: l.ID, Title: l.Title})
	}
	return c.print(w, rows)
}
