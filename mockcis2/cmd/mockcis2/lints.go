package main

import (
	"encoding/json"
	"os"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

type lints struct {
	JSON bool `help:"Print JSON."`
}

// Run lists the lints; in JSON with source and advice.
func (c lints) Run() error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(lint.All)
	}
	rows := []row{}
	for _, l := range lint.All {
		rows = append(rows, row{ID: l.ID, Title: l.Title})
	}
	return list(os.Stdout, rows, false)
}
