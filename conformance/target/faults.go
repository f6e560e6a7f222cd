package target

import (
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/conformance/door"
	"github.com/smartcard-connect/smartcard-connect/conformance/service"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	provider "github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Fault is one fault of any part of a cell.
type Fault struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Why   string `json:"why,omitempty"`
	Owner string `json:"owner"`           // card, reader, provider or door
	Bench bool   `json:"bench,omitempty"` // the rig is broken, not the product
	// Cells that can show it; empty means all.
	Applet   string `json:"applet,omitempty"`
	Protocol string `json:"protocol,omitempty"`
	// Params are settings of a card's or the provider's fault, behind its ID.
	Params []fault.Param `json:"params,omitempty"`
	// Owes is what the agent owes a person with such a card.
	Owes *fault.Owes `json:"owes,omitempty"`
	// RP is what the other side of such a provider owes.
	RP *provider.Owes `json:"rp,omitempty"`
}

// AllFaults asks every part for its list.
func AllFaults() []Fault {
	var all []Fault
	for _, f := range emu.Faults() {
		all = append(all, Fault{ID: f.ID, Title: f.Title, Why: f.Why, Owner: area(f.ID), Bench: f.Bench, Applet: f.Applet, Protocol: f.Protocol, Params: f.Params, Owes: &f.Owes})
	}
	for _, f := range service.All() {
		all = append(all, Fault{ID: f.ID, Title: f.Title, Why: f.Why, Owner: "reader", Applet: f.Applet})
	}
	all = append(all, providerFaults()...)
	for _, f := range door.All {
		all = append(all, Fault{ID: f.ID, Title: f.Title, Why: f.Why, Owner: "door"})
	}
	return all
}

// Shows reports whether a cell of this application and protocol can show the fault.
func (f Fault) Shows(cell File) bool {
	return (f.Applet == "" || f.Applet == string(Application(cell.Series))) && (f.Protocol == "" || f.Protocol == cell.Protocol.String())
}

// FaultByID finds one. The ID of a card's or the provider's fault may carry
// parameters, which are checked. Errors wrap ErrUsage.
func FaultByID(id string) (Fault, error) {
	all := AllFaults()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.ID == fault.Base(id) })
	if i < 0 || fault.Base(id) != id && all[i].Params == nil {
		return Fault{}, fmt.Errorf("%w: nobody knows the fault %q", ErrUsage, id)
	}
	f := all[i]
	if _, ours := service.Find(id); !ours && (f.Owner == "card" || f.Owner == "reader") {
		if _, err := emu.Find(id); err != nil {
			return Fault{}, fmt.Errorf("%w: %w", ErrUsage, err)
		}
	}
	if f.Owner == "provider" {
		if _, err := provider.Find(id); err != nil {
			return Fault{}, fmt.Errorf("%w: %w", ErrUsage, err)
		}
	}
	f.ID = id
	return f, nil
}
