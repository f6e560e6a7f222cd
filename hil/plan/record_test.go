package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
)

// Requirement: what is drained or in quarantine is planned on no more, also where it is
// the power port, and the cell that only it could serve says why; a card that is in a
// reader now is known to be. Source: issue 7 points 3 and 6. Turned red by: a place in
// a reader that nobody gets, a move of a card that is there.
func TestFloorKnowsTheRecords(t *testing.T) {
	floor := func() plan.Floor {
		return plan.Floor{
			Readers: []plan.Reader{{Host: "a", ID: "left", Device: "1-1", Port: "p"}, {Host: "b", ID: "right", Model: "tall"}},
			Cards:   []plan.Card{{Serial: "nurse", Device: "AA"}},
			Routes:  []plan.Route{{Gadget: "arm", Cost: time.Second}},
		}
	}
	reader, port, other, card := farm.Device{Host: "a", Kind: farm.Reader, ID: "1-1"}, farm.Device{Host: "a", Kind: farm.Power, ID: "p"}, farm.Device{Host: "b", Kind: farm.Reader, ID: "right"}, farm.Device{Host: "floor", Kind: farm.Card, ID: "AA"}
	held := farm.Token{Incarnation: "i", Fence: 7}
	for name, c := range map[string]struct {
		records []farm.Record
		reader  string // of the cell's place
		moves   int
		why     string
	}{
		"nothing known":    {nil, "left", 1, ""},
		"quarantine":       {[]farm.Record{{Device: reader, State: farm.Quarantined, Reason: "mute"}}, "right", 1, ""},
		"its port":         {[]farm.Record{{Device: port, State: farm.Draining, Reason: "moving"}}, "right", 1, ""},
		"all":              {[]farm.Record{{Device: reader, State: farm.Quarantined, Reason: "mute"}, {Device: other, State: farm.Draining, Reason: "moving"}}, "", 0, "mute"},
		"the card":         {[]farm.Record{{Device: card, State: farm.Quarantined, Reason: "lost a try"}}, "", 0, "lost a try"},
		"together":         {[]farm.Record{{Device: other, State: farm.Held, Token: held}, {Device: card, State: farm.Held, Token: held}}, "right", 0, ""},
		"apart":            {[]farm.Record{{Device: other, State: farm.Held, Token: held}, {Device: card, State: farm.Held, Token: farm.Token{Incarnation: "i", Fence: 8}}}, "left", 1, ""},
		"another's record": {[]farm.Record{{Device: farm.Device{Host: "c", Kind: farm.Reader, ID: "1-1"}, State: farm.Quarantined}}, "left", 1, ""},
	} {
		f := floor()
		f.Know(c.records)
		cells := []plan.Cell{{ID: "c", Card: "nurse", Estimate: time.Minute}}
		p, err := plan.Make(f, cells, plan.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		at, why := "", ""
		for _, s := range p.Stays {
			at = f.Readers[s.Reader].ID
		}
		for _, u := range p.Unplaced {
			why = u.Reason
		}
		if at != c.reader || p.Moves != c.moves || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s: in %q with %d moves, %q", name, at, p.Moves, why)
		}
	}
}
