package rig

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Floor is the home of cards that people carry.
const Floor = "floor"

// Gadget moves cards, switches power or presses keys. What its settings mean its
// kind knows: package gadget lists the kinds.
type Gadget struct {
	ID       string         `yaml:"id"`
	Kind     string         `yaml:"kind"`           // manual, vpcd, usbpower, serial, webhook, remote
	Host     string         `yaml:"host,omitempty"` // whose daemon reaches it; Floor for one that is everywhere, a person
	Settings map[string]any `yaml:"settings,omitempty"`
}

// Power is a switched port.
type Power struct {
	ID       string         `yaml:"id"`
	Gadget   string         `yaml:"gadget"`
	Settings map[string]any `yaml:"settings,omitempty"` // added to the gadget's, such as which port
}

// Route says which cards a gadget can bring to which readers.
type Route struct {
	Cards    []string       `yaml:"cards,omitempty"`   // IDs; none is every card
	Readers  []string       `yaml:"readers,omitempty"` // IDs; none is every reader
	Gadget   string         `yaml:"gadget"`
	Cost     int            `yaml:"cost"`               // seconds that bringing a card takes, of whoever does it
	Settings map[string]any `yaml:"settings,omitempty"` // added to the gadget's, such as which channel
}

// Way is one card brought to one reader.
type Way struct {
	Card     Card
	Reader   Reader
	Gadget   Gadget // its settings with the route's added
	Cost     time.Duration
	Settings map[string]any
}

// Ways are all ways of a card to a reader, the cheapest first, in the order of
// the file where they cost the same.
func (r Rig) Ways(card, reader string) []Way {
	c, known := r.Card(card)
	d, found := r.Reader(reader)
	if !known || !found {
		return nil
	}
	var ways []Way
	for _, route := range r.Routes {
		if !names(route.Cards, card) || !names(route.Readers, reader) {
			continue
		}
		g, _ := r.Gadget(route.Gadget)
		ways = append(ways, Way{Card: c, Reader: d, Gadget: g, Cost: time.Duration(route.Cost) * time.Second, Settings: Merge(g.Settings, route.Settings)})
	}
	slices.SortStableFunc(ways, func(a, b Way) int { return cmp.Compare(a.Cost, b.Cost) })
	return ways
}

// Merge is the settings of a gadget with those of one use of it added, which
// win.
func Merge(gadget, use map[string]any) map[string]any {
	all := maps.Clone(gadget)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, use)
	return all
}

// names holds for a list that has id, or that is empty.
func names(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }

// HomeOf is the host where a card stands, for its lease: its own word, or that
// of the gadgets that bring it where they agree, or Floor.
func (r Rig) HomeOf(c Card) string {
	if c.Home != "" {
		return c.Home
	}
	home, found := Floor, false
	for _, route := range r.Routes {
		if !names(route.Cards, c.ID) {
			continue
		}
		g, _ := r.Gadget(route.Gadget)
		if found && g.Host != home {
			return Floor
		}
		home, found = g.Host, true
	}
	return home
}
