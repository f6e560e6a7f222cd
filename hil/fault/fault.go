// Package fault lists the ways a bench can be wrong. They share one space of
// IDs with the faults of cards, providers and doors; a run with one of ours is
// inconclusive, never failed.
package fault

import "slices"

// Bench is what a fault may do to a bench.
type Bench interface {
	Vanish() // the reader is unplugged
}

// Fault is one way a bench can be wrong.
type Fault struct {
	ID    string      `json:"id"`
	Title string      `json:"title"`
	Why   string      `json:"why"` // who has met it
	Break func(Bench) `json:"-"`
}

// All faults of the bench; one file each.
func All() []Fault {
	return []Fault{
		readerVanished,
	}
}

// Find is the fault with this ID, and whether there is one.
func Find(id string) (Fault, bool) {
	all := All()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.ID == id })
	if i < 0 {
		return Fault{}, false
	}
	return all[i], true
}
