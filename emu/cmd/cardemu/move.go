package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/drawer"
)

// client are the flags of every command that talks to a running drawer.
type client struct {
	Control string `placeholder:"URL" help:"The drawer's address, as its first line says. Default: the one that runs."`
	JSON    bool   `help:"Print the state after it as JSON."`
}

// tell finds the drawer, lets do talk to it, and prints what it says.
func (c client) tell(w world, do func(drawer.Client, drawer.State) (drawer.State, error)) error {
	door, err := findDoor(w, c.Control)
	if err != nil {
		return err
	}
	s, err := door.State(w.ctx)
	if err == nil && do != nil {
		s, err = do(door, s)
	}
	if errors.Is(err, drawer.ErrNobody) {
		return fmt.Errorf("%w (%w)", errNoDrawer, err)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(w.stdout, s)
	}
	return printState(w.stdout, s)
}

func printState(out io.Writer, s drawer.State) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range s.Readers {
		holds := r.Card
		switch {
		case holds == "":
			holds = "empty"
		case !r.Reached:
			holds += " (pcscd's virtual reader does not answer)"
		}
		fmt.Fprintf(t, "reader %d\tvpcd://%s\t%s\n", r.ID, r.Title, holds)
	}
	for _, c := range s.Cards {
		where := "drawer"
		if c.Reader != nil {
			where = fmt.Sprint("reader ", *c.Reader)
		}
		tries, series := fmt.Sprint("tries ", c.TriesLeft), "series "+c.Series+", "
		if c.TriesLeft < 0 {
			tries = ""
		}
		if c.Series == "none" {
			series = ""
		}
		fmt.Fprintf(t, "%s\t%s\t%s%s\t%s\t%s\t%s\n", c.ID, c.Holder, series, c.Protocol, where, tries, strings.Join(c.Faults, " "))
	}
	return t.Flush()
}

// showCommand looks.
type showCommand struct{ client }

// Run prints what is where.
func (c showCommand) Run(w world) error { return c.tell(w, nil) }

// insertCommand puts a card in.
type insertCommand struct {
	Card   string `arg:"" help:"The card, as 'cardemu show' calls it."`
	Reader int    `arg:"" optional:"" default:"-1" help:"The reader's number. Default: the first that is empty."`
	client
}

// Run inserts.
func (c insertCommand) Run(w world) error {
	return c.tell(w, func(door drawer.Client, s drawer.State) (drawer.State, error) {
		n, err := choose(s, c.Reader, "empty", func(r drawer.ReaderState) bool { return r.Card == "" })
		if err != nil {
			return s, err
		}
		return door.Insert(w.ctx, c.Card, n)
	})
}

// choose is the reader asked for, or the first that fits.
func choose(s drawer.State, asked int, what string, fits func(drawer.ReaderState) bool) (int, error) {
	if asked >= 0 {
		return asked, nil
	}
	for _, r := range s.Readers {
		if fits(r) {
			return r.ID, nil
		}
	}
	return 0, fmt.Errorf("no reader is %s", what)
}

// taken is the reader asked for, or the only one with a card.
func taken(s drawer.State, asked int) (int, error) {
	n := 0
	holds := func(r drawer.ReaderState) bool { return r.Card != "" }
	for _, r := range s.Readers {
		if holds(r) {
			n++
		}
	}
	if asked < 0 && n > 1 {
		return 0, errors.New("several readers have a card: name one by its number")
	}
	return choose(s, asked, "holding a card", holds)
}

// removeCommand takes a card out.
type removeCommand struct {
	Reader int `arg:"" optional:"" default:"-1" help:"The reader's number. Default: the only one with a card."`
	client
}

// Run removes.
func (c removeCommand) Run(w world) error {
	return c.tell(w, func(door drawer.Client, s drawer.State) (drawer.State, error) {
		n, err := taken(s, c.Reader)
		if err != nil {
			return s, err
		}
		return door.Remove(w.ctx, n)
	})
}

// swapCommand exchanges cards.
type swapCommand struct {
	Card   string `arg:"" optional:"" help:"The card to put in. Default: the next in the drawer."`
	Reader int    `arg:"" optional:"" default:"-1" help:"The reader's number. Default: the only one with a card."`
	client
}

// Run swaps.
func (c swapCommand) Run(w world) error {
	return c.tell(w, func(door drawer.Client, s drawer.State) (drawer.State, error) {
		n, err := taken(s, c.Reader)
		if err != nil {
			return s, err
		}
		return door.Swap(w.ctx, c.Card, n)
	})
}

// faultCommand makes a card wrong.
type faultCommand struct {
	Card string `arg:"" help:"The card."`
	ID   string `arg:"" help:"The fault, as 'cardemu faults' lists them."`
	client
}

// Run puts the fault on.
func (c faultCommand) Run(w world) error {
	if _, err := emu.Find(c.ID); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return c.tell(w, func(door drawer.Client, _ drawer.State) (drawer.State, error) {
		return door.Inject(w.ctx, c.Card, c.ID)
	})
}

// healCommand makes a card right.
type healCommand struct {
	Card string `arg:"" help:"The card."`
	client
}

// Run takes all faults off.
func (c healCommand) Run(w world) error {
	return c.tell(w, func(door drawer.Client, _ drawer.State) (drawer.State, error) { return door.Heal(w.ctx, c.Card) })
}

// resetCommand makes a card new.
type resetCommand struct {
	Card string `arg:"" help:"The card."`
	client
}

// Run resets.
func (c resetCommand) Run(w world) error {
	return c.tell(w, func(door drawer.Client, _ drawer.State) (drawer.State, error) { return door.Reset(w.ctx, c.Card) })
}
