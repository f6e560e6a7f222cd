package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
)

// cardCommand groups the card verbs.
type cardCommand struct {
	List    cardListCommand    `cmd:"" help:"List readers and the cards in them."`
	Inspect cardInspectCommand `cmd:"" help:"Say whose card it is, how many tries are left and how long it is valid."`
}

// cardListCommand lists readers.
type cardListCommand struct {
	JSON bool `help:"Print an array of objects."`
}

// Help is shown below the verb's own line.
func (cardListCommand) Help() string { return "Example:\n\n  smartcard-connect card list --json" }

// readerRow is one reader.
type readerRow struct {
	ID     string `json:"id"` // the reader's name
	Title  string `json:"title"`
	ATR    string `json:"atr,omitempty"`
	Series string `json:"series,omitempty"`
}

// Run prints a line for each reader.
func (c *cardListCommand) Run(ctx context.Context, s *streams) error {
	states, err := pcsc.New().Readers(ctx)
	if err != nil {
		return err
	}
	rows := make([]readerRow, 0, len(states))
	for _, state := range states {
		rows = append(rows, row(state))
	}
	return list(s.out, c.JSON, rows, func(r readerRow) string { return r.ID + ": " + r.Title })
}

func row(state reader.State) readerRow {
	r := readerRow{ID: state.Name, Title: "no card", ATR: hex.EncodeToString(state.ATR)}
	switch {
	case state.Mute:
		r.Title = reader.ErrMute.Error()
	case state.Present:
		d, err := series.Find(state.ATR)
		if err != nil {
			r.Title = err.Error()
			return r
		}
		r.Series, r.Title = d.Series, "a smartcard of series "+d.Series
	}
	return r
}

// cardInspectCommand reads what is free to read.
type cardInspectCommand struct {
	Reader string `help:"Part of the reader's name, where there are several."`
	JSON   bool   `help:"Print an array of objects."`
}

// Help is shown below the verb's own line.
func (cardInspectCommand) Help() string {
	return "Reads what is free to read; no try is spent.\n\nExample:\n\n  smartcard-connect card inspect --reader \"Virtual PCD\""
}

// keyRow is one key of the card.
type keyRow struct {
	ID        string `json:"id"` // authentication, content commitment
	Title     string `json:"title"`
	Series    string `json:"series"`
	UUID      string `json:"uuid"`
	Name      string `json:"name"`
	TriesLeft int    `json:"tries_left"`
	NotBefore string `json:"not_before"`
	NotAfter  string `json:"not_after"`
}

// Run prints a line for each key. It does not wait for a card.
func (c *cardInspectCommand) Run(ctx context.Context, s *streams) error {
	desk := &insertion.Desk{Readers: pcsc.New(), Open: series.Open, Prompter: passcode.Nobody{}, Filter: c.Reader, Now: time.Now}
	in, err := desk.Find(ctx, passcode.Look(time.Now()))
	if err != nil {
		return err
	}
	var rows []keyRow
	for _, k := range []card.Key{card.Authentication, card.ContentCommitment} {
		f, err := desk.Read(ctx, in, k)
		if err != nil && !errors.Is(err, insertion.ErrLocked) {
			return fmt.Errorf("%v key: %w", k, err)
		}
		rows = append(rows, inspect(k, f))
	}
	s.management.Info("a card was inspected", "series", rows[0].Series, "tries_left", rows[0].TriesLeft)
	return list(s.out, c.JSON, rows, func(r keyRow) string { return r.ID + ": " + r.Title })
}

func inspect(k card.Key, f insertion.Facts) keyRow {
	from, to := f.Certificate.NotBefore.UTC().Format(time.DateOnly), f.Certificate.NotAfter.UTC().Format(time.DateOnly)
	tries := fmt.Sprintf("%d tries left", f.TriesLeft)
	if f.TriesLeft == 0 {
		tries = "locked"
	}
	return keyRow{ID: k.String(), Series: f.Series, UUID: f.Holder.UUID, Name: f.Holder.Name, TriesLeft: f.TriesLeft, NotBefore: from, NotAfter: to,
		Title: fmt.Sprintf("series %s, %s %s, valid %s to %s, %s", f.Series, f.Holder.UUID, f.Holder.Name, from, to, tries)}
}

// list prints rows as lines or as JSON.
func list[T any](w io.Writer, asJSON bool, rows []T, line func(T) string) error {
	if asJSON {
		return json.NewEncoder(w).Encode(rows)
	}
	for _, r := range rows {
		if _, err := fmt.Fprintln(w, line(r)); err != nil {
			return err
		}
	}
	return nil
}
