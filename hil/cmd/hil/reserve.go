package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// reserveCommand takes a reader of a farm for a person, or gives it back:
//
//	hil reserve bench-1/1-1.3 --for 30m --reason 'a look at the keypad' --hub https://hub.example.org:8443 --account ada
//	hil reserve bench-1/1-1.3 --release --hub https://hub.example.org:8443 --account ada
type reserveCommand struct {
	atHub
	Reader  string        `arg:"" help:"The reader as the page names it, HOST/PLACE; the place alone where only one host has it."`
	For     time.Duration `default:"1h" help:"For how long, at most 8 hours."`
	Card    string        `placeholder:"SERIAL" help:"A card to be reserved with it."`
	Reason  string        `help:"Why, for the audit log."`
	Release bool          `help:"Give it back."`
}

// Run asks the hub.
func (c reserveCommand) Run(w world) error {
	if c.For < time.Minute || c.For > wall.LongestReservation {
		return fmt.Errorf("%w: --for %s: from a minute to %s", errUsage, c.For, wall.LongestReservation)
	}
	return c.asked(w, func(client *wall.Client) (string, error) { return c.order(w.ctx, client) })
}

func (c reserveCommand) order(ctx context.Context, client *wall.Client) (string, error) {
	s, err := client.State(ctx)
	if err != nil {
		return "", err
	}
	d, err := readerOf(s, c.Reader)
	if err != nil {
		return "", err
	}
	verb, order := "reserve", wall.Order{Reason: c.Reason, For: c.For, Card: c.Card}
	if c.Release {
		verb, order = "release", wall.Order{Reason: c.Reason}
	}
	return client.Order(ctx, d, verb, order)
}

// readerOf finds a reader of a farm.
func readerOf(s watch.State, name string) (farm.Device, error) {
	var found []watch.Reader
	for _, r := range s.Readers {
		if r.ID == name || r.Place == name {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		return farm.Device{}, fmt.Errorf("%w: %d readers of this farm are called %s; it has %s", errUsage, len(found), name, idsOf(s.Readers, func(r watch.Reader) string { return r.ID }))
	}
	return farm.Device{Host: found[0].Host, Kind: farm.Reader, ID: found[0].Place}, nil
}

// answerCommand answers what the farm's gadgets ask of people:
//
//	hil answer --hub https://hub.example.org:8443 --account ada
//	hil answer 3 --hub https://hub.example.org:8443 --account ada
type answerCommand struct {
	atHub
	ID     string `arg:"" optional:"" help:"The request. Default: list those that are open."`
	Refuse string `placeholder:"WHY" help:"It will not be done, and why. Default: it was done."`
}

// Run asks the hub.
func (c answerCommand) Run(w world) error {
	return c.asked(w, func(client *wall.Client) (string, error) { return c.answer(w, client) })
}

func (c answerCommand) answer(w world, client *wall.Client) (string, error) {
	s, err := client.State(w.ctx)
	if err != nil {
		return "", err
	}
	if c.ID == "" {
		t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
		for _, q := range s.Requests {
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", q.ID, q.Text, w.now().Sub(q.Since).Round(time.Second))
		}
		return "", t.Flush()
	}
	if !slices.ContainsFunc(s.Requests, func(q watch.Request) bool { return q.ID == c.ID }) {
		return "", fmt.Errorf("%w: nobody waits for request %s; 'hil answer' lists those that are open", errUsage, c.ID)
	}
	return client.Answer(w.ctx, c.ID, c.Refuse == "", c.Refuse)
}
