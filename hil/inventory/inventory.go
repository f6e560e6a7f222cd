// Package inventory looks at what a machine has: its readers, by USB path, and
// the cards in them, by the serial number that they say themselves. It finds the
// readers of a bench file again, whatever PC/SC calls them today, and writes the
// first bench file of a new machine.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// ErrNotHere is wrapped when a reader of the bench file is not at this machine.
var ErrNotHere = errors.New("the reader is not at this machine now")

// patience is for asking one reader, which another program may hold.
const patience = 5 * time.Second

// Describer is a reader.System that can tell about its readers, as PC/SC can.
type Describer interface {
	Describe(ctx context.Context, name string) (pcsc.Description, error)
}

// Reader is one reader as it was found.
type Reader struct {
	ID     string    `json:"id"`    // its USB path, or its name where it has none
	Title  string    `json:"title"` // a line for people
	Name   string    `json:"name"`  // as PC/SC names it today
	USB    string    `json:"usb,omitempty"`
	Slot   int       `json:"slot,omitempty"`
	Driver string    `json:"driver,omitempty"`
	Level  rig.Level `json:"level,omitempty"`
	Keypad bool      `json:"keypad,omitempty"`
	Serial string    `json:"serial,omitempty"` // the reader's own
	Card   *Card     `json:"card,omitempty"`
	Notes  []string  `json:"notes,omitempty"` // what could not be found out, and why
}

// Card is the card in a reader.
type Card struct {
	Serial   string           `json:"serial,omitempty"` // none where it does not say
	Series   string           `json:"series,omitempty"` // by its application: 8 AuthentIC, 9 PIV, which later ones speak too
	Protocol iso7816.Protocol `json:"protocol,omitzero"`
	ATR      string           `json:"atr,omitempty"`
}

// Look is how to look.
type Look struct {
	System  reader.System
	Sysfs   Sysfs
	NoCards bool // leave cards alone; else each is asked for its serial, in a transaction
}

// Readers are all readers of the machine. What one does not tell is in its notes
// and no error. Errors wrap the reader's.
func (l Look) Readers(ctx context.Context) ([]Reader, error) {
	states, err := l.System.Readers(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Reader, 0, len(states))
	for _, s := range states {
		r := l.reader(ctx, s.Name)
		if s.Present {
			r.Card = &Card{ATR: fmt.Sprintf("%X", s.ATR)}
			l.card(ctx, s, &r)
		}
		r.Title = r.title()
		list = append(list, r)
	}
	return list, nil
}

// reader asks one reader about itself.
func (l Look) reader(ctx context.Context, name string) Reader {
	r := Reader{ID: name, Name: name, Slot: slotOf(name)}
	d, err := l.describe(ctx, name)
	if err != nil {
		r.note("it does not say where it is: %v", err)
		return r
	}
	r.Serial, r.Keypad = d.Serial, d.Keypad
	r.USB = d.USB
	if r.USB == "" {
		var sure bool
		if r.USB, sure = l.Sysfs.path(d.Channel); r.USB != "" && !sure {
			r.note("which of its device's readers this is cannot be told; libccid 1.7.1 or later can")
		}
	}
	if r.USB == "" {
		r.note("it has no USB path, and its name is all that it is known by; names change with the order of plugging")
		r.Driver = driverOf(name)
		return r
	}
	r.Driver = "ccid"
	if c, ok := l.Sysfs.of(r.USB); ok {
		r.Level, r.Keypad = c.Level, r.Keypad || c.Keypad
	} else {
		r.note("its exchange level is unknown: sysfs has no CCID descriptor for it")
	}
	r.ID = rig.Reader{USB: r.USB, Slot: r.Slot}.Identity()
	return r
}

func (r *Reader) note(what string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(what, args...))
}

func (l Look) describe(ctx context.Context, name string) (pcsc.Description, error) {
	d, ok := l.System.(Describer)
	if !ok {
		return pcsc.Description{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.Describe(ctx, name)
}

// slotOf is the last two hexadecimal digits of pcsc-lite's names: XX YY, of which
// YY is the slot.
func slotOf(name string) int {
	words := strings.Fields(name)
	if len(words) < 3 || len(words[len(words)-1]) != 2 || len(words[len(words)-2]) != 2 {
		return 0
	}
	slot, err := strconv.ParseUint(words[len(words)-1], 16, 8)
	if err != nil {
		return 0
	}
	return int(slot)
}

func driverOf(name string) string {
	if strings.HasPrefix(name, "Virtual PCD") {
		return "vpcd"
	}
	return ""
}

// card asks the card which one it is. It is not reset afterwards: another program
// may be at work with it, and selects again as after every transaction.
func (l Look) card(ctx context.Context, s reader.State, r *Reader) {
	switch {
	case s.Mute:
		r.note("its card does not answer: is it upside down?")
		return
	case s.Exclusive:
		r.note("another program has its card for itself")
		return
	case l.NoCards:
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.Card.ask(ctx, l.System, s.Name); err != nil {
		r.note("its card did not say which one it is: %v", err)
	}
}

func (c *Card) ask(ctx context.Context, system reader.System, name string) error {
	card, err := system.Connect(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = card.Close() }()
	end, err := card.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = end() }()
	c.Protocol, c.ATR = card.Protocol(), fmt.Sprintf("%X", card.ATR())
	c.Serial, err = record.Serial(ctx, card, card.Protocol())
	switch {
	case err != nil:
		return err
	case c.Serial == "":
		return errors.New("it has no number that we know to ask for")
	case len(c.Serial) == 32: // a GUID
		c.Series = "9"
	default:
		c.Series = "8"
	}
	return nil
}

func (r Reader) title() string {
	words := []string{r.Name}
	if r.Driver != "" {
		words = append(words, r.Driver)
	}
	if r.Level != "" {
		words = append(words, string(r.Level)+" level")
	}
	if r.Keypad {
		words = append(words, "keypad")
	}
	switch {
	case r.Card == nil:
		words = append(words, "empty")
	case r.Card.Serial == "":
		words = append(words, "a card, ATR "+r.Card.ATR)
	default:
		words = append(words, "card "+r.Card.Serial)
	}
	return strings.Join(words, ", ")
}

// Find is the reader of a bench file among those that were found. Errors wrap
// ErrNotHere and say what to look for.
func Find(list []Reader, want rig.Reader) (Reader, error) {
	var found []Reader
	for _, r := range list {
		if matches(r, want) {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Reader{}, fmt.Errorf("%w: reader %s: several are at %s; its path in the bench file needs the interface, such as %s:1.0", ErrNotHere, want.ID, want.USB, want.USB)
	case want.USB == "":
		return Reader{}, fmt.Errorf("%w: reader %s: none is called %q; 'hil devices' lists those that are", ErrNotHere, want.ID, want.Name)
	}
	return Reader{}, fmt.Errorf("%w: reader %s: none is at USB path %s; is it plugged in, has its port power, and does pcscd see it? 'hil devices' lists those that are", ErrNotHere, want.ID, want.Identity())
}

// matches compares places, never names where there is a place. A path without
// interface is any of its device.
func matches(r Reader, want rig.Reader) bool {
	if want.USB == "" {
		return r.Name == want.Name
	}
	if r.Slot != want.Slot {
		return false
	}
	device, _, whole := strings.Cut(want.USB, ":")
	if whole {
		return r.USB == want.USB
	}
	is, _, _ := strings.Cut(r.USB, ":")
	return is == device
}
