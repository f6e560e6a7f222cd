package target

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/conformance/door"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Fault is one fault of any part of a cell.
type Fault struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Why   string `json:"why,omitempty"`
	Owner string `json:"owner"`           // card, reader, provider or door
	Bench bool   `json:"bench,omitempty"` // the rig is broken, not the product
	// Cells that can show it; empty means all.
	Series   string `json:"series,omitempty"`
	Protocol string `json:"protocol,omitempty"`
}

// AllFaults asks every part for its list.
func AllFaults() []Fault {
	var all []Fault
	for _, f := range emu.Faults() {
		all = append(all, Fault{ID: f.ID, Title: f.Title, Why: f.Why, Owner: area(f.ID), Bench: f.Bench, Series: f.Series, Protocol: f.Protocol})
	}
	all = append(all, providerFaults()...)
	for _, f := range door.All {
		all = append(all, Fault{ID: f.ID, Title: f.Title, Why: f.Why, Owner: "door"})
	}
	return all
}

// Shows reports whether a cell of this series and protocol can show the fault.
func (f Fault) Shows(cell File) bool {
	return (f.Series == "" || f.Series == cell.Series) && (f.Protocol == "" || f.Protocol == cell.Protocol.String())
}

// FaultByID finds one.
func FaultByID(id string) (Fault, bool) {
	all := AllFaults()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.ID == id })
	if i < 0 {
		return Fault{}, false
	}
	return all[i], true
}
