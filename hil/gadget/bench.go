package gadget

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// ErrNoWay is wrapped when the bench file names no gadget for what is wanted.
var ErrNoWay = errors.New("the bench has no gadget for that")

// Load reads a bench file, the settings of its gadgets included.
func Load(path string) (rig.Rig, error) {
	r, err := rig.Load(path)
	if err != nil {
		return r, err
	}
	if err := Check(r); err != nil {
		return rig.Rig{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Check finds what rig.Parse cannot know: kinds that there are not, settings
// that a kind does not understand, gadgets asked for what they cannot do. Errors
// wrap rig.ErrInvalid.
func Check(r rig.Rig) error {
	for _, g := range r.Gadgets {
		if _, err := kind(g, 0); err != nil {
			return fmt.Errorf("%w: %w", rig.ErrInvalid, err)
		}
	}
	for i, route := range r.Routes {
		if err := try(r, route.Gadget, Cards, Use{Settings: route.Settings}); err != nil {
			return fmt.Errorf("%w: route %d: %w", rig.ErrInvalid, i+1, err)
		}
	}
	for _, p := range r.Power {
		if err := try(r, p.Gadget, Power, Use{Settings: p.Settings}); err != nil {
			return fmt.Errorf("%w: power port %q: %w", rig.ErrInvalid, p.ID, err)
		}
	}
	for _, d := range r.Readers {
		if d.Keypad == nil || d.Keypad.Gadget == "" {
			continue
		}
		if err := try(r, d.Keypad.Gadget, Keys, Use{Reader: d, Settings: d.Keypad.Settings}); err != nil {
			return fmt.Errorf("%w: reader %q: its keypad: %w", rig.ErrInvalid, d.ID, err)
		}
	}
	return nil
}

// try builds a gadget to see whether it can be.
func try(r rig.Rig, id string, can int, u Use) error {
	_, err := Bench{Rig: r}.build(id, can, u)
	return err
}

// kind finds the kind of a gadget, and whether it can do what is asked.
func kind(g rig.Gadget, can int) (Kind, error) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k Kind) bool { return k.ID == g.Kind })
	if i < 0 {
		var ids []string
		for _, k := range all {
			ids = append(ids, k.ID)
		}
		return Kind{}, fmt.Errorf("gadget %q: kind %q is none of %s", g.ID, g.Kind, strings.Join(ids, ", "))
	}
	if all[i].Can&can != can {
		return Kind{}, fmt.Errorf("gadget %q is %s; it cannot %s", g.ID, all[i].Title, map[int]string{Cards: "move cards", Power: "switch power", Keys: "press keys"}[can])
	}
	return all[i], nil
}

// Bench builds devices of a bench file.
type Bench struct {
	Rig   rig.Rig
	World World
}

func (b Bench) build(id string, can int, u Use) (device.Device, error) {
	g, ok := b.Rig.Gadget(id)
	if !ok {
		return nil, fmt.Errorf("there is no gadget %q", id)
	}
	k, err := kind(g, can)
	if err != nil {
		return nil, err
	}
	u.Settings = rig.Merge(g.Settings, u.Settings)
	d, err := k.build(b.World, u)
	if err != nil {
		return nil, fmt.Errorf("gadget %q: %w", id, err)
	}
	return d, nil
}

// Of is the device of a way that rig.Ways found.
func (b Bench) Of(w rig.Way) (device.Device, error) {
	return b.build(w.Gadget.ID, Cards, Use{w.Card, w.Reader, w.Settings})
}

// Device is all that the bench can do to one card in one reader: cards move by
// the cheapest way, power and keys are the reader's. What there is no gadget for
// is an error that wraps ErrNoWay when it is asked for, and says what to add.
// An empty card is for power and keys.
func (b Bench) Device(card, reader string) (device.Device, error) {
	d, ok := b.Rig.Reader(reader)
	if !ok {
		return nil, fmt.Errorf("%w: there is no reader %q in the bench file", ErrNoWay, reader)
	}
	c, ok := b.Rig.Card(card)
	if !ok && card != "" {
		return nil, fmt.Errorf("%w: there is no card %q in the bench file", ErrNoWay, card)
	}
	all := composite{
		cards: none(fmt.Sprintf("bring card %s to reader %s; add to its routes: {cards: [%s], readers: [%s], gadget: ID, cost: SECONDS}", card, reader, card, reader)),
		power: none(fmt.Sprintf("switch the power of reader %s; add a port to power, and its ID to the reader", reader)),
		keys:  none(fmt.Sprintf("press keys of reader %s; add to it: keypad: {gadget: ID}", reader)),
	}
	return all.fill(b, c, d)
}

func (m composite) fill(b Bench, c rig.Card, d rig.Reader) (device.Device, error) {
	var err error
	if ways := b.Rig.Ways(c.ID, d.ID); len(ways) > 0 {
		if m.cards, err = b.Of(ways[0]); err != nil {
			return nil, err
		}
	}
	if p, ok := b.Rig.Port(d.Power); ok {
		if m.power, err = b.build(p.Gadget, Power, Use{Reader: d, Settings: p.Settings}); err != nil {
			return nil, err
		}
	}
	if d.Keypad != nil && d.Keypad.Gadget != "" {
		m.keys, err = b.build(d.Keypad.Gadget, Keys, Use{Reader: d, Settings: d.Keypad.Settings})
	}
	return m, err
}

// composite is a device made of three.
type composite struct{ cards, power, keys device.Device }

var _ device.Cycler = composite{}

func (m composite) Insert(ctx context.Context) error            { return m.cards.Insert(ctx) }
func (m composite) Remove(ctx context.Context) error            { return m.cards.Remove(ctx) }
func (m composite) PowerOn(ctx context.Context) error           { return m.power.PowerOn(ctx) }
func (m composite) PowerOff(ctx context.Context) error          { return m.power.PowerOff(ctx) }
func (m composite) Cycle(ctx context.Context) error             { return device.Cycle(ctx, m.power) }
func (m composite) Press(ctx context.Context, key string) error { return m.keys.Press(ctx, key) }

// none can do nothing, and says what to add.
type none string

func (n none) no() error                           { return fmt.Errorf("%w: nothing can %s", ErrNoWay, string(n)) }
func (n none) Insert(context.Context) error        { return n.no() }
func (n none) Remove(context.Context) error        { return n.no() }
func (n none) PowerOn(context.Context) error       { return n.no() }
func (n none) PowerOff(context.Context) error      { return n.no() }
func (n none) Press(context.Context, string) error { return n.no() }
