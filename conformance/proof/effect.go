package proof

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Effect is one fault and the checks that notice it.
type Effect struct {
	Fault  string   `json:"fault"`
	Cell   string   `json:"cell,omitempty"`
	Judged int      `json:"judged"`          // checks that a healthy cell judges
	Red    []string `json:"red"`             // of these, those not green with the fault on
	Proves []string `json:"proves"`          // checks that have the fault for their proof
	Error  string   `json:"error,omitempty"` // why it could not be found out
}

// Green is the share of other checks that a fault leaves as they are: those
// that it proves are meant to be red.
func (e Effect) Green() float64 {
	others, red := e.Judged, 0
	for _, id := range e.Red {
		if slices.Contains(e.Proves, id) {
			others--
		} else {
			red++
		}
	}
	if others == 0 {
		return 1
	}
	return 1 - float64(red)/float64(others)
}

// Faults are those that some check has for its proof, with their parameters,
// sorted, and behind each the checks.
func Faults(checks []suite.Check) (ids []string, proves map[string][]suite.Check) {
	proves = map[string][]suite.Check{}
	for _, c := range checks {
		proves[c.Proof] = append(proves[c.Proof], c)
	}
	delete(proves, "")
	for id := range proves {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, proves
}

// hurry is the time of one check here: one that waits longer is not green.
var hurry = judge.Limits{Time: 10 * time.Second, Grace: 2 * time.Second}

// Of switches a fault on in the cell where it proves the first of its checks,
// and runs those of all checks that can see that part of the cell.
func Of(ctx context.Context, id string, proves, all []suite.Check) Effect {
	e := Effect{Fault: id, Red: []string{}}
	for _, c := range proves {
		e.Proves = append(e.Proves, c.ID)
	}
	if err := e.measure(ctx, proves, all); err != nil {
		e.Error = err.Error()
	}
	return e
}

func (e *Effect) measure(ctx context.Context, proves, all []suite.Check) error {
	f, err := CellFor(proves[0])
	if err != nil {
		return err
	}
	seen := near(e.Fault, proves, all)
	if !slices.ContainsFunc(seen, func(c suite.Check) bool { return !onCardAlone(c) }) {
		f.Features = slices.DeleteFunc(f.Features, func(x target.Feature) bool { return !target.OnCard(x) })
	}
	e.Cell, f.Faults = f.Cell, []string{e.Fault}
	t, err := target.Open(ctx, f)
	if err != nil {
		return err
	}
	for _, c := range seen {
		s := judge.One(ctx, c, t, hurry)
		if s.Verdict == result.Skip {
			continue
		}
		if e.Judged++; s.Verdict != result.Pass {
			e.Red = append(e.Red, s.ID)
		}
	}
	return t.Close()
}

// near are the checks that look at the part of a cell that a fault is in: the
// card's at a card fault, the provider's at one of the provider, and those of
// the agent and of whole sign-ins at the rest. Checks of the areas that the
// fault proves belong to them.
func near(id string, proves, all []suite.Check) []suite.Check {
	areas := []string{area(id)}
	if area(id) == "door" {
		areas = []string{"agent", "signin", "signing"}
	}
	for _, c := range proves {
		areas = append(areas, area(c.ID))
	}
	return slices.DeleteFunc(slices.Clone(all), func(c suite.Check) bool {
		return !slices.Contains(areas, area(c.ID)) || slices.Contains(c.Requires, target.Browser)
	})
}

func area(id string) string {
	before, _, _ := strings.Cut(fault.Base(id), ".")
	return before
}
