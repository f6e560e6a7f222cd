package cell

import (
	"cmp"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Missed is the result of a cell whose bench could not be built.
func (c Cell) Missed(why error) result.Cell {
	r := c.blank()
	r.Verdict, r.Reason = result.Miss, why.Error()
	return r
}

// Broke is the result of a cell whose test did not come back with an answer.
func (c Cell) Broke(why error) result.Cell {
	r := c.blank()
	r.Verdict, r.Reason = result.Error, why.Error()
	return r
}

// Skipped is the result of a cell that is excluded on purpose.
func (c Cell) Skipped() result.Cell {
	r := c.blank()
	r.Verdict, r.Reason = result.Skip, c.Excluded
	return r
}

// Failed is the result of a cell whose product did not even start.
func (c Cell) Failed(why error) result.Cell {
	r := c.blank()
	r.Verdict, r.Reason = result.Fail, why.Error()
	return r
}

func (c Cell) blank() result.Cell {
	return result.Cell{
		ID: c.ID(), Series: c.Card.Series, Protocol: c.Card.Protocol.String(),
		Kind: c.Kind, Product: c.Build(), Specs: []result.Spec{}, Identity: c.identity(),
	}.Claiming(c.Features)
}

// identity is who the cell is, as far as the rig says.
func (c Cell) identity() *result.Identity {
	return &result.Identity{Host: cmp.Or(c.Reader.Host, c.Bench), Reader: c.Reader.Name, ReaderID: c.Reader.ID, Card: c.Card.ID, Profile: c.Card.Profile, Personality: c.Card.Personality}
}

// Settle is the final word on what the conformance program found in c. Who the
// cell is, we know ourselves; a cell that says it is another is the test's
// error. A red cell on a broken bench (broken is not nil) is MISS, and so is
// each of its specs that did not pass: nothing was learned about the product.
func (c Cell) Settle(found result.Cell, broken error) result.Cell {
	if found.ID != c.ID() {
		return c.Broke(fmt.Errorf("the conformance program answered for cell %q", found.ID))
	}
	who := c.blank()
	found.Series, found.Protocol, found.Kind, found.Product = who.Series, who.Protocol, who.Kind, who.Product
	found.Identity = who.Identity
	found = found.Claiming(c.Features)
	if !Red(found) || broken == nil {
		return found
	}
	found.Verdict = result.Miss
	found.Reason = fmt.Sprintf("the bench broke: %v", broken)
	for i, s := range found.Specs {
		if s.Verdict != result.Pass && s.Verdict != result.Skip {
			found.Specs[i].Verdict = result.Miss
			found.Specs[i].Reason = "the bench broke; the check had said: " + s.Reason
		}
	}
	return found
}

// Red says that a cell or one of its specs is neither PASS nor SKIP.
func Red(c result.Cell) bool {
	if c.Verdict != result.Pass && c.Verdict != result.Skip {
		return true
	}
	for _, s := range c.Specs {
		if s.Verdict != result.Pass && s.Verdict != result.Skip {
			return true
		}
	}
	return false
}

// Stamp notes how the cell came about.
func (c Cell) Stamp(r result.Cell, fault string, seed int64, start, end time.Time) result.Cell {
	r.Fault, r.Reproduce = fault, c.Reproduce(fault, seed)
	r.Start, r.End = start, end
	return r
}
