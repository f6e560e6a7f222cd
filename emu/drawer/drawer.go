// Package drawer is many cards and many virtual readers in one program: which
// card is in which reader, moving them, and a door over HTTP for benches, for
// people at a command line and for a page in a browser.
//
// A card in the drawer is unplugged from every reader. Readers have numbers from
// 0 in the order they were added.
package drawer

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// What moving cards fails with.
var (
	// ErrUnknown is a card or reader that is not here.
	ErrUnknown = errors.New("drawer: there is no such card or reader")
	// ErrPlace is a card that is elsewhere, or a reader that is taken or empty.
	ErrPlace = errors.New("drawer: not possible where the cards are")
)

// Settle is how long a reader stays empty between two insertions, of the same card
// too, and how long an insertion waits to be seen: pcscd looks every 400 ms. A card
// that came back between two looks would never have been out.
const Settle = 600 * time.Millisecond

// kept is how many exchanges of all cards are remembered for the page.
const kept = 50

// Drawer holds the cards. Make it with New, put in cards and readers, then move
// cards; its methods may be used by many goroutines.
type Drawer struct {
	log    *slog.Logger
	settle time.Duration

	move sync.Mutex // held while a card moves

	mu      sync.Mutex // guards what follows
	cards   []*card
	readers []*reader

	hear sync.Mutex // guards said; a card holds its own lock when it comes here
	said []Said
}

// card is one card and where it is.
type card struct {
	*emu.Card
	id, title string
	reader    *reader // nil in the drawer
}

// New is an empty drawer. A settle of zero is Settle.
func New(log *slog.Logger, settle time.Duration) *Drawer {
	if settle == 0 {
		settle = Settle
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Drawer{log: log, settle: settle}
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ID makes a card's ID of any name: other characters become hyphens.
func ID(name string) string {
	id := strings.Trim(regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(name, "-"), "-._")
	if len(id) > 64 {
		id = id[:64]
	}
	if id == "" {
		id = "card"
	}
	return id
}

// AddCard puts a card into the drawer. From here on the drawer moves it.
func (d *Drawer) AddCard(id, title string, c *emu.Card) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !goodID.MatchString(id) {
		return fmt.Errorf("drawer: a card cannot be called %q", id)
	}
	if slices.ContainsFunc(d.cards, func(x *card) bool { return x.id == id }) {
		return fmt.Errorf("drawer: there are two cards called %s", id)
	}
	c.Remove()
	d.cards = append(d.cards, &card{Card: c, id: id, title: title})
	return nil
}

// AddReader adds the virtual reader at host:port, empty. The first time a card
// reaches it, onPlug is called, if not nil.
func (d *Drawer) AddReader(address string, onPlug func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readers = append(d.readers, &reader{number: len(d.readers), address: address, log: d.log, onPlug: onPlug, settle: d.settle})
}

// find looks a card up.
func (d *Drawer) find(id string) (*card, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.cards {
		if c.id == id {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w: card %q", ErrUnknown, id)
}

// reader looks a reader up.
func (d *Drawer) reader(number int) (*reader, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if number < 0 || number >= len(d.readers) {
		return nil, fmt.Errorf("%w: reader %d", ErrUnknown, number)
	}
	return d.readers[number], nil
}

// inside reports whether a card is in a reader. One that a fault took out is not,
// though its client may still be on the way.
func (c *card) inside() bool { return c.reader != nil && c.reader.running() && c.Present() }

// in is the card in a reader, or nil. One that a fault took out is in the drawer.
func (d *Drawer) in(r *reader) *card {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.cards {
		if c.reader == r && c.inside() {
			return c
		}
	}
	return nil
}

// place notes where a card is. Whatever was noted to be there fell out before.
func (d *Drawer) place(c *card, r *reader) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, other := range d.cards {
		if r != nil && other.reader == r {
			other.reader = nil
		}
	}
	c.reader = r
}

// Insert puts a card into a reader; one that is there already stays. Errors wrap
// ErrUnknown, ErrPlace or are emu.ErrReader, a reader that is gone for good.
func (d *Drawer) Insert(id string, number int) error {
	d.move.Lock()
	defer d.move.Unlock()
	c, r, err := d.both(id, number)
	if err != nil {
		return err
	}
	switch other := d.in(r); {
	case other == c:
		return nil
	case other != nil:
		return fmt.Errorf("%w: reader %d has %s", ErrPlace, number, other.id)
	}
	return d.plug(c, r)
}

func (d *Drawer) both(id string, number int) (*card, *reader, error) {
	c, err := d.find(id)
	if err != nil {
		return nil, nil, err
	}
	r, err := d.reader(number)
	return c, r, err
}

// plug puts a card into an empty reader.
func (d *Drawer) plug(c *card, r *reader) error {
	if c.reader != r && c.inside() {
		return fmt.Errorf("%w: %s is in reader %d", ErrPlace, c.id, c.reader.number)
	}
	d.place(c, r)
	return r.plug(c.Card)
}

// Remove takes the card out of a reader and returns when the reader was told. An
// empty reader stays empty.
func (d *Drawer) Remove(number int) error {
	d.move.Lock()
	defer d.move.Unlock()
	r, err := d.reader(number)
	if err != nil {
		return err
	}
	d.unplug(r)
	return nil
}

func (d *Drawer) unplug(r *reader) {
	c := d.in(r)
	r.unplug()
	if c != nil {
		c.Card.Remove()
		d.place(c, nil)
	}
}

// Swap takes the card out of a reader and puts another in; without an ID the
// next of the drawer, in order. Errors as for Insert.
func (d *Drawer) Swap(id string, number int) error {
	d.move.Lock()
	defer d.move.Unlock()
	r, err := d.reader(number)
	if err != nil {
		return err
	}
	var next *card
	if id == "" {
		next = d.next(r)
	} else if next, err = d.find(id); err != nil {
		return err
	}
	switch {
	case next == nil:
		return fmt.Errorf("%w: no other card is in the drawer", ErrPlace)
	case next == d.in(r):
		return nil
	case next.inside():
		return fmt.Errorf("%w: %s is in reader %d", ErrPlace, next.id, next.reader.number)
	}
	d.unplug(r)
	return d.plug(next, r)
}

// next is the card after the one in r that is in no reader.
func (d *Drawer) next(r *reader) *card {
	now := d.in(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	from := slices.Index(d.cards, now) // -1 begins with the first
	for i := range d.cards {
		c := d.cards[(from+1+i)%len(d.cards)]
		if c != now && !c.inside() {
			return c
		}
	}
	return nil
}

// Inject puts a fault on a card, as emu.Card.Inject does.
func (d *Drawer) Inject(id string, f emu.Fault) error {
	return d.change(id, func(c *emu.Card) error { return c.Inject(f) })
}

// Heal takes all faults off a card.
func (d *Drawer) Heal(id string) error { return d.change(id, (*emu.Card).Heal) }

// Reset makes a card as personalised.
func (d *Drawer) Reset(id string) error { return d.change(id, (*emu.Card).Restore) }

// change changes a card. One in a reader is taken out and put back, so that
// pcscd sees another card.
func (d *Drawer) change(id string, change func(*emu.Card) error) error {
	d.move.Lock()
	defer d.move.Unlock()
	c, err := d.find(id)
	if err != nil {
		return err
	}
	r := c.reader
	if r != nil {
		d.unplug(r)
	}
	err = change(c.Card)
	if r == nil {
		c.Card.Remove() // what changed comes up as in a reader
		return err
	}
	return errors.Join(err, d.plug(c, r))
}

// Close takes all cards out and lets go of their images.
func (d *Drawer) Close() error {
	d.move.Lock()
	defer d.move.Unlock()
	var err error
	for _, r := range d.readers {
		d.unplug(r)
	}
	for _, c := range d.cards {
		err = errors.Join(err, c.Card.Close())
	}
	return err
}
