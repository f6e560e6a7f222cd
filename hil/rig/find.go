package rig

import "slices"

// Card finds a card by its ID.
func (r Rig) Card(id string) (Card, bool) {
	return find(r.Cards, func(c Card) bool { return c.ID == id })
}

// CardBySerial finds a card by what it says of itself, in any spelling.
func (r Rig) CardBySerial(serial string) (Card, bool) {
	serial = Serial(serial)
	return find(r.Cards, func(c Card) bool { return serial != "" && Serial(c.Serial) == serial })
}

// Reader finds a reader by its ID.
func (r Rig) Reader(id string) (Reader, bool) {
	return find(r.Readers, func(d Reader) bool { return d.ID == id })
}

// Host finds a host by its ID.
func (r Rig) Host(id string) (Host, bool) {
	return find(r.Hosts, func(h Host) bool { return h.ID == id })
}

// Gadget finds a gadget by its ID.
func (r Rig) Gadget(id string) (Gadget, bool) {
	return find(r.Gadgets, func(g Gadget) bool { return g.ID == id })
}

// Port finds a power port by its ID.
func (r Rig) Port(id string) (Power, bool) {
	return find(r.Power, func(p Power) bool { return p.ID == id })
}

// Of are the IDs of a row's cards: those it names, or all there are.
func (r Rig) Of(row Cells) []string {
	if len(row.Cards) > 0 {
		return row.Cards
	}
	var all []string
	for _, c := range r.Cards {
		all = append(all, c.ID)
	}
	return all
}

func find[T any](list []T, is func(T) bool) (found T, ok bool) {
	i := slices.IndexFunc(list, is)
	if i < 0 {
		return found, false
	}
	return list[i], true
}
