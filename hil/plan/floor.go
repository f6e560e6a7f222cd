package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrInvalid is wrapped by every error about a plan file or a floor.
var ErrInvalid = errors.New("this cannot be planned")

// Floor is what there is to run on.
type Floor struct {
	Readers []Reader
	Cards   []Card
	Routes  []Route
}

// Reader is one place for a card.
type Reader struct {
	Host  string
	ID    string // its place: USB path, or the bench's name
	Model string // readers of one model stand for one another
	Holds string // serial of the card that is in it now, if any
	Out   string // why nothing may be planned on it, such as a quarantine; empty is usable

	Device string // what is leased of it, such as its USB path; empty is ID
	Port   string // power port that is leased with it; empty is none
}

// Name is such as "bench-1/1-1.3".
func (r Reader) Name() string { return r.Host + "/" + r.ID }

// Card is one card of the stock.
type Card struct {
	Serial    string
	Kind      string   // cards of one kind stand for one another and speak the same
	Protocols []string // T0, T1; none is both
	Out       string   // why it may not be used; empty is usable

	Device string // what is leased of it, the number that it says itself; empty is Serial
	Home   string // host under which it is leased; empty is "floor"
}

// Speaks says whether the card knows a protocol; the empty one is any.
func (c Card) Speaks(protocol string) bool {
	return protocol == "" || len(c.Protocols) == 0 || slices.Contains(c.Protocols, protocol)
}

// Route is a gadget that brings any of its cards to any of its readers.
type Route struct {
	Gadget  string
	Cards   []string      // serials; none is every card
	Readers []string      // names; none is every reader
	Cost    time.Duration // for one move
}

// check refuses names that are there twice, lead nowhere or say nothing, and
// kinds that are no kinds.
func (f Floor) check() error {
	readers, cards, kinds := map[string]bool{}, map[string]bool{}, map[string][]string{}
	for _, r := range f.Readers {
		if r.ID == "" || readers[r.Name()] {
			return fmt.Errorf("%w: reader %q is nameless or there twice", ErrInvalid, r.Name())
		}
		readers[r.Name()] = true
	}
	for _, c := range f.Cards {
		if c.Serial == "" || cards[c.Serial] {
			return fmt.Errorf("%w: card %q is nameless or there twice", ErrInvalid, c.Serial)
		}
		cards[c.Serial] = true
		speaks := slices.Sorted(slices.Values(c.Protocols))
		if before, known := kinds[c.Kind]; known && c.Kind != "" && !slices.Equal(before, speaks) {
			return fmt.Errorf("%w: the cards of kind %s do not speak the same protocols", ErrInvalid, c.Kind)
		}
		kinds[c.Kind] = speaks
	}
	return f.checkNames(readers, cards)
}

func (f Floor) checkNames(readers, cards map[string]bool) error {
	held := map[string]bool{}
	for _, r := range f.Readers {
		if r.Holds == "" {
			continue
		}
		if !cards[r.Holds] || held[r.Holds] {
			return fmt.Errorf("%w: reader %s holds card %s, which is unknown or in another reader", ErrInvalid, r.Name(), r.Holds)
		}
		held[r.Holds] = true
	}
	for _, r := range f.Routes {
		if r.Gadget == "" || r.Cost < 0 {
			return fmt.Errorf("%w: a route needs its gadget, and costs that are not negative", ErrInvalid)
		}
		for _, id := range r.Cards {
			if !cards[id] {
				return fmt.Errorf("%w: gadget %s moves card %q, which is unknown", ErrInvalid, r.Gadget, id)
			}
		}
		for _, id := range r.Readers {
			if !readers[id] {
				return fmt.Errorf("%w: gadget %s serves reader %q, which is unknown", ErrInvalid, r.Gadget, id)
			}
		}
	}
	return nil
}
