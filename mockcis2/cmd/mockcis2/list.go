package main

import (
	"encoding/json"
	"fmt"
)

// listing is what every list takes.
type listing struct {
	JSON bool `help:"Print JSON: an array of objects with id and title."`
}

// row is one line of a list.
type row struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func (l listing) print(w world, rows []row) error {
	if l.JSON {
		return json.NewEncoder(w.stdout).Encode(rows)
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w.stdout, "%-36s %s\n", r.ID, r.Title); err != nil {
			return err
		}
	}
	return nil
}
