package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// settling is how long a card may take to be seen, or to be gone.
const settling = 10 * time.Second

// mover moves one card, or switches one reader, and looks whether it is so.
type mover struct {
	onBench
	NoCheck bool `help:"Do not look into the reader, before or after."`
}

// at is one reader of the bench, and how to look into it.
type at struct {
	w      world
	rig    rig.Rig
	reader rig.Reader
	check  bool
}

// open reads the bench file and finds the reader.
func (m mover) open(w world, reader string) (at, error) {
	r, err := m.bench()
	if err != nil {
		return at{}, err
	}
	d, ok := r.Reader(reader)
	if !ok {
		return at{}, fmt.Errorf("%w: the bench file has no reader %q; it has %s", errUsage, reader, idsOf(r.Readers, func(d rig.Reader) string { return d.ID }))
	}
	return at{w, r, d, !m.NoCheck && (d.Host == "" || d.Host == m.Host)}, nil
}

func idsOf[T any](list []T, id func(T) string) string {
	out := ""
	for i, x := range list {
		if i > 0 {
			out += ", "
		}
		out += id(x)
	}
	if out == "" {
		return "none"
	}
	return out
}

// act takes the machine's gadgets, and does it.
func (m mover) act(w world, gadgetID string, r rig.Rig, do func(context.Context) error) error {
	if err := m.here(r, gadgetID); err != nil {
		return err
	}
	dir, err := m.state(w)
	if err != nil {
		return err
	}
	release, err := gadget.Claim(dir)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	return do(w.ctx)
}

// look is how the reader is now. Errors wrap inventory.ErrNotHere.
func (a at) look() (inventory.Reader, error) {
	list, err := inventory.Look{System: a.w.cards}.Readers(a.w.ctx)
	if err != nil {
		return inventory.Reader{}, fmt.Errorf("looking into the reader: %w\nWith --no-check nobody looks", err)
	}
	return inventory.Find(list, a.reader)
}

// await looks until is holds, or says what was last seen.
func (a at) await(what string, is func(inventory.Reader, error) (bool, error)) error {
	if !a.check {
		return nil
	}
	ctx, cancel := context.WithTimeout(a.w.ctx, settling)
	defer cancel()
	for {
		seen, err := a.look()
		ok, wrong := is(seen, err)
		if ok || wrong != nil {
			return wrong
		}
		select {
		case <-ctx.Done():
			if err != nil {
				return err
			}
			return fmt.Errorf("the gadget says that it is done, and %s: reader %s has %s", what, a.reader.ID, seen.Title)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// has finds out which card of the bench a reader has.
func (a at) has(seen inventory.Reader) (card rig.Card, name string) {
	if seen.Card == nil {
		return rig.Card{}, ""
	}
	if c, ok := a.rig.CardBySerial(seen.Card.Serial); ok {
		return c, "card " + c.ID
	}
	if seen.Card.Serial != "" {
		return rig.Card{}, "card " + seen.Card.Serial + ", which the bench file does not have,"
	}
	return rig.Card{}, "a card that does not say which one it is"
}

// insert brings a card, unless it is there.
func (m mover) insert(w world, card, reader string) error {
	a, err := m.open(w, reader)
	if err != nil {
		return err
	}
	c, ok := a.rig.Card(card)
	if !ok {
		return fmt.Errorf("%w: the bench file has no card %q; it has %s", errUsage, card, idsOf(a.rig.Cards, func(c rig.Card) string { return c.ID }))
	}
	if there, err := a.already(c); there || err != nil {
		return err
	}
	d, err := w.gadgets(a.rig).Device(card, reader)
	if err != nil {
		return err
	}
	if err := m.act(w, a.gadget(card), a.rig, d.Insert); err != nil {
		return wrongUse(err)
	}
	return a.await("the card is not seen", func(seen inventory.Reader, err error) (bool, error) {
		if err != nil || seen.Card == nil {
			return false, nil
		}
		if now, name := a.has(seen); c.Serial != "" && now.ID != c.ID {
			return false, fmt.Errorf("reader %s has %s and not card %s", reader, name, card)
		}
		return true, nil
	})
}

// already holds where the card is in the reader; another one there is an error.
func (a at) already(c rig.Card) (bool, error) {
	if !a.check {
		return false, nil
	}
	seen, err := a.look()
	if err != nil || seen.Card == nil {
		return false, err
	}
	now, name := a.has(seen)
	if now.ID == c.ID {
		return true, nil
	}
	if c.Serial == "" && now.ID == "" { // it cannot be told apart
		return true, nil
	}
	return false, fmt.Errorf("reader %s has %s in it: first 'hil remove %s'", a.reader.ID, name, a.reader.ID)
}

// gadget is that of the cheapest way.
func (a at) gadget(card string) string {
	if ways := a.rig.Ways(card, a.reader.ID); len(ways) > 0 {
		return ways[0].Gadget.ID
	}
	return ""
}

// remove takes a card out. Which one it is the card says, or the caller.
func (m mover) remove(w world, card, reader string) error {
	a, err := m.open(w, reader)
	if err != nil {
		return err
	}
	if a.check {
		seen, err := a.look()
		if err != nil || seen.Card == nil {
			return err
		}
		if c, _ := a.has(seen); card == "" {
			card = c.ID
		}
	}
	if card == "" {
		return fmt.Errorf("%w: which card is in reader %s is not known; say --card ID: %s", errUsage, reader, idsOf(a.rig.Cards, func(c rig.Card) string { return c.ID }))
	}
	d, err := w.gadgets(a.rig).Device(card, reader)
	if err != nil {
		return wrongUse(err)
	}
	if err := m.act(w, a.gadget(card), a.rig, d.Remove); err != nil {
		return wrongUse(err)
	}
	return a.await("the card is still there", func(seen inventory.Reader, err error) (bool, error) { return err == nil && seen.Card == nil, nil })
}

// wrongUse marks what the bench file or the caller has to change.
func wrongUse(err error) error {
	if errors.Is(err, gadget.ErrNoWay) || errors.Is(err, device.ErrUnsupported) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return err
}

// powerCommand switches a reader's power:
//
//	hil power left cycle
type powerCommand struct {
	mover
	Reader string `arg:"" help:"ID of a reader of the bench file."`
	To     string `arg:"" enum:"on,off,cycle" help:"on, off, or cycle: off and on again."`
}

// Run switches, and looks whether the reader goes and comes.
func (c powerCommand) Run(w world) error {
	a, err := c.open(w, c.Reader)
	if err != nil {
		return err
	}
	d, err := w.gadgets(a.rig).Device("", c.Reader)
	if err != nil {
		return wrongUse(err)
	}
	port, _ := a.rig.Port(a.reader.Power)
	do := map[string]func(context.Context) error{"on": d.PowerOn, "off": d.PowerOff, "cycle": func(ctx context.Context) error { return device.Cycle(ctx, d) }}[c.To]
	if err := c.act(w, port.Gadget, a.rig, do); err != nil {
		return wrongUse(err)
	}
	return a.await("the reader does not follow", func(_ inventory.Reader, err error) (bool, error) {
		if err != nil && !errors.Is(err, inventory.ErrNotHere) {
			return false, err
		}
		return (err == nil) == (c.To != "off"), nil
	})
}
