package proof

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
	"github.com/smartcard-connect/smartcard-connect/conformance/service"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Effect is one fault and the checks that notice it. As JSON it is the Effect of
// reports/result.
type Effect struct {
	Fault  string   `json:"fault"`
	Cell   string   `json:"cell,omitempty"`
	Judged int      `json:"judged"`          // checks that a healthy cell judges
	Red    []string `json:"red"`             // of these, those not green with the fault on
	Proves []string `json:"proves"`          // checks that have the fault for their proof
	Error  string   `json:"error,omitempty"` // why it could not be found out
	Ran    int      `json:"-"`               // other checks that look at the part the fault is in, and ran
	Cut    bool     `json:"-"`               // it was clear before all ran
}

// others are the checks of the cell that the fault does not prove, and how many
// of them are red: those that it proves are meant to be.
func (e Effect) others() (judged, red int) {
	judged = e.Judged
	for _, id := range e.Red {
		if slices.Contains(e.Proves, id) {
			judged--
		} else {
			red++
		}
	}
	return judged, red
}

// Green is the share of the other checks of the cell that a fault leaves as they
// are. Those that do not look at the part it is in are: see Meets.
func (e Effect) Green() float64 {
	judged, red := e.others()
	if judged == 0 {
		return 1
	}
	return 1 - float64(red)/float64(judged)
}

// spares reports whether enough are green if so many more are red.
func (e Effect) spares(more int) bool {
	judged, red := e.others()
	return float64(red+more) <= (1-Share)*float64(judged)
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
// and runs the others of all checks of that cell that can meet it: all are those
// that are green there without it. It stops when
// so many are red that the rest cannot help and, if brief, when so few are that
// the rest cannot harm.
func Of(ctx context.Context, id string, proves, all []suite.Check, brief bool) Effect {
	e := Effect{Fault: id, Red: []string{}}
	for _, c := range proves {
		e.Proves = append(e.Proves, c.ID)
	}
	if err := e.measure(ctx, proves[0], all, brief); err != nil {
		e.Error = err.Error()
	}
	return e
}

func (e *Effect) measure(ctx context.Context, first suite.Check, all []suite.Check, brief bool) error {
	f, err := around(first)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(all), func(c suite.Check) bool {
		return slices.Contains(e.Proves, c.ID) || len(f.Missing(c.Requires)) > 0
	})
	e.Cell, e.Judged, f.Faults = f.Cell, len(others), []string{e.Fault}
	t, err := target.Open(ctx, f)
	if err != nil {
		return err
	}
	touched := touching(e.Fault, others)
	for i, c := range touched {
		if e.Cut = !e.spares(0) || brief && e.spares(len(touched)-i); e.Cut {
			break
		}
		e.one(ctx, c, t)
	}
	return t.Close()
}

// around is the whole cell that a check is proved in, with a browser only if the
// check wants one.
func around(first suite.Check) (target.File, error) {
	f, err := CellFor(first)
	if !slices.Contains(first.Requires, target.Browser) {
		f.Features = slices.DeleteFunc(f.Features, func(x target.Feature) bool { return x == target.Browser })
	}
	return f, err
}

// touching are the checks that meet a fault, those that wait for readers last.
func touching(id string, checks []suite.Check) []suite.Check {
	var now, last []suite.Check
	for _, c := range checks {
		switch {
		case !Meets(id, c):
		case area(c.ID) == "reader":
			last = append(last, c)
		default:
			now = append(now, c)
		}
	}
	return append(now, last...)
}

// one judges one check with the fault on.
func (e *Effect) one(ctx context.Context, c suite.Check, t *target.Target) {
	e.Ran++
	if s := seen(ctx, c, t, hurry); s.Verdict != result.Pass {
		e.Red = append(e.Red, c.ID)
	}
}

// seen judges one check of several in a cell. After one that is not green the card
// is put in anew, as somebody at the desk would.
func seen(ctx context.Context, c suite.Check, t *target.Target, l judge.Limits) result.Spec {
	s := judge.One(ctx, c, t, l)
	if s.Verdict != result.Pass && t.Rig != nil {
		_ = t.Rig.Insert(context.WithoutCancel(ctx)) // the next check finds out
	}
	return s
}

// Meets reports whether a check looks at the part of a cell that a fault is in:
// the rest of the cell could be without that part, and they would be green. It
// goes by what a check requires. At a fault of the card these are the checks of
// the card and of its reader, and those that have an agent sign in; the
// provider's have a card of their own making. At one of the provider they are
// those that want more than a card, at one of the door and of the agent's way to
// its readers those that want an agent.
func Meets(id string, c suite.Check) bool {
	_, agents := service.Find(id)
	_, others := pcsc.Find(id)
	wants := func(f target.Feature) bool { return slices.Contains(c.Requires, f) }
	switch {
	case others:
		return wants(target.PCSC)
	case agents || area(id) == "door":
		return wants(target.Agent)
	case area(id) == "provider":
		return !onCardAlone(c)
	}
	return wants(target.Agent) || slices.ContainsFunc(c.Requires, target.OnCard)
}

func area(id string) string {
	before, _, _ := strings.Cut(fault.Base(id), ".")
	return before
}
