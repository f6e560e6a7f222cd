package attempt_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Requirement: a card is harmed only with the interlock's leave, by the serial that
// it says itself, and how it ended is written down after its counter was read; where
// nobody could read it the card is barred. Source: issue 7 points 2 and 4. Turned red
// by: judging without leave, a loss that is not in the ledger, settling unseen.
func TestHarmNeedsAPermit(t *testing.T) {
	for name, c := range map[string]struct {
		card    rig.Card
		tries   []int
		breaks  bool // the card says nothing after the judge
		verdict string
		says    string
		spent   int
		barred  bool
	}{
		"a test card":           {rig.Card{Test: true, Budget: rig.Budget{Tries: 5}}, []int{3, 3}, false, "PASS", "", 2, false},
		"no test card":          {rig.Card{}, []int{3, 3}, false, "MISS", "permit: ", 0, false},
		"its budget is spent":   {rig.Card{Test: true, Budget: rig.Budget{Tries: 1}}, []int{3, 3}, false, "MISS", "budget", 0, false},
		"it comes out worse":    {rig.Card{Test: true, Budget: rig.Budget{Tries: 5}}, []int{3, 1}, false, "MISS", "counters: ", 2, false},
		"it says nothing after": {rig.Card{Test: true, Budget: rig.Budget{Tries: 5}}, []int{3}, true, "MISS", "counters: ", 2, true},
	} {
		c.card.ID, c.card.Serial = "a", "AA"
		guard := interlock.Interlock{Rig: rig.Rig{Cards: []rig.Card{c.card}}, Ledger: interlock.File(filepath.Join(t.TempDir(), "ledger")), Now: time.Now}
		p := &place{serial: "AA", tries: c.tries}
		if c.breaks {
			p.judge = func(context.Context) error { p.fail = "tries"; return nil }
		}
		a := on(p, nil)
		a.Leases = nil
		a.Permit = func(serial string) (func(string) error, error) {
			permit, err := guard.Allow(serial, rig.Budget{Tries: 2}, name)
			return permit.Done, err
		}
		r := a.Run(t.Context())
		if r.Verdict != c.verdict || !strings.Contains(r.Reason, c.says) {
			t.Errorf("%s: %+v", name, r.Outcome)
		}
		if refused := c.spent == 0; slices.Contains(p.asked, "judge") == refused {
			t.Errorf("%s: asked for %q", name, p.asked)
		}
		account, err := guard.Account("AA")
		if err != nil || account.Spent.Tries != c.spent || (len(account.Unsettled) > 0) != c.barred {
			t.Errorf("%s: %+v, %v", name, account, err)
		}
		if _, err := guard.Allow("AA", rig.Budget{Tries: 1}, "again"); c.barred && !errors.Is(err, interlock.ErrUnsettled) {
			t.Errorf("%s: not barred: %v", name, err)
		}
	}
}
