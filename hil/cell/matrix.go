package cell

import (
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Planned are the cells of a plan file on a rig: the row of the rig that has the
// reader, or is of that kind, says what each claims. A reader that is not named
// is that of the rig's first row; a kind, "package" or "pcscd", is its first row.
// Errors wrap plan.ErrInvalid.
func Planned(f plan.File, r rig.Rig) ([]Cell, []plan.Cell, error) {
	on := plan.OfRig(r, 1)
	if plan.Software(r) { // its readers are the kinds of its rows
		on.Readers = nil
		for _, row := range r.Cells {
			on.Readers = append(on.Readers, plan.Reader{ID: row.Kind, Model: row.Kind})
		}
	}
	places, err := f.Cells(on)
	if err != nil {
		return nil, nil, err
	}
	cells := make([]Cell, len(places))
	for i, p := range places {
		if cells[i], err = planned(r, p); err != nil {
			return nil, nil, err
		}
	}
	return cells, places, nil
}

// At is one cell of a plan file on a rig, as Planned makes it.
func At(r rig.Rig, p plan.Cell) (Cell, error) { return planned(r, p) }

func planned(r rig.Rig, p plan.Cell) (Cell, error) {
	for _, row := range r.Cells {
		if p.Reader != "" && p.Reader != row.Kind && p.Reader != row.Reader {
			continue
		}
		for _, c := range r.Cards {
			if c.ID != p.Card {
				continue
			}
			out := one(r, row, c.ID)
			out.Name, out.Suite, out.Excluded, out.Candidate = p.ID, p.Suite, p.Excluded, p.Build
			if p.Protocol == "" || p.Excluded != "" {
				return out, nil
			}
			speak, err := iso7816.ParseProtocol(p.Protocol)
			if err != nil {
				return Cell{}, fmt.Errorf("%w: cell %s: %w", plan.ErrInvalid, p.ID, err)
			}
			return out.at(speak), nil
		}
		return Cell{}, fmt.Errorf("%w: cell %s: the rig has no card %q", plan.ErrInvalid, p.ID, p.Card)
	}
	return Cell{}, fmt.Errorf("%w: cell %s: no row of the rig has reader %q", plan.ErrInvalid, p.ID, p.Reader)
}

// at is the cell at another of its card's protocols.
func (c Cell) at(p iso7816.Protocol) Cell {
	if c.Card.Protocol == p {
		return c
	}
	was := strings.ToLower(c.Protocol())
	c.Card.Protocol = p
	features := []string{}
	for _, f := range c.Features {
		if f != was && f != extended {
			features = append(features, f)
		}
	}
	c.Features = append(features, strings.ToLower(c.Protocol()))
	if c.long() {
		c.Features = append(c.Features, extended)
	}
	return c
}
