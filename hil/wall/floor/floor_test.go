package floor_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/floor"
)

var bench = rig.Rig{
	Readers: []rig.Reader{{ID: "left", Host: "desk", USB: "1-1.3", Name: "Toy Reader"}, {ID: "right", USB: "1-1.4"}},
	Cards: []rig.Card{
		{ID: "doctor", Series: "9", Serial: "A1B2", Test: true, Budget: rig.Budget{Tries: 5}, Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "soft", Series: "8"},
	},
}

// Requirement: the page shows readers by what they are leased as, cards with
// their budget and what the ledger says is spent of it. Source: issue points 1, 2
// and 6. Turned red by: another name than the planner's.
func TestInventory(t *testing.T) {
	ledger := interlock.File(filepath.Join(t.TempDir(), "ledger.jsonl"))
	if _, err := ledger.Begin("A1B2", rig.Budget{Tries: 2}, rig.Budget{Tries: 5}, "a test", time.Now()); err != nil {
		t.Fatal(err)
	}
	f := &floor.Floor{Rig: bench, Host: "here", Ledger: ledger, Queue: &manual.Queue{Now: time.Now}, Silent: func(h string) bool { return h == "desk" }}
	readers, err := f.Readers(t.Context())
	if err != nil || len(readers) != 2 || readers[0].Host != "desk" || readers[0].ID != "1-1.3" || !readers[0].Silent || readers[1].Host != "here" || readers[1].Silent {
		t.Errorf("%v, %+v", err, readers)
	}
	cards, err := f.Cards(t.Context())
	if err != nil || len(cards) != 2 || cards[0].Serial != "A1B2" || cards[0].Budget.Tries != 5 || cards[0].Spent.Tries != 2 || cards[0].Expires.IsZero() || cards[1].Serial != "soft" || cards[1].Home != rig.Floor {
		t.Errorf("%v, %+v", err, cards)
	}
}

// Requirement: a button asks a person for the card, the request names reader and
// card as the page does, and is answered once, by whom the page says. Source:
// issue point 6. Turned red by: waiting for the person while the button is
// pressed.
func TestInsertAsksAPerson(t *testing.T) {
	answered := make(chan manual.Answer, 10)
	q := &manual.Queue{Now: time.Now, Answered: func(a manual.Answer) { answered <- a }}
	f := &floor.Floor{Rig: bench, Host: "here", Queue: q}
	left := farm.Device{Host: "desk", Kind: farm.Reader, ID: "1-1.3"}
	for _, done := range []bool{true, false} {
		changed := q.Changed()
		if err := f.Insert(t.Context(), left, "A1B2"); err != nil {
			t.Fatal(err)
		}
		<-changed
		r := f.Requests()
		if len(r) != 1 || r[0].Reader != "desk/1-1.3" || r[0].Card != "A1B2" || r[0].Text != "Put card doctor into reader left." {
			t.Fatalf("%+v", r)
		}
		if err := f.Answer(t.Context(), r[0].ID, "olga", done, "no such card"); err != nil {
			t.Fatal(err)
		}
		if a := <-answered; a.Done != done || a.Who != "olga" {
			t.Errorf("%+v", a)
		}
		if err := f.Answer(t.Context(), r[0].ID, "olga", done, ""); !errors.Is(err, farm.ErrUnknown) {
			t.Errorf("answered twice: %v", err)
		}
	}
	if err := f.Insert(t.Context(), left, "other"); !errors.Is(err, farm.ErrUnknown) {
		t.Errorf("a card that is not there: %v", err)
	}
}
