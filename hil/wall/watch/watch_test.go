package watch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

var now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

var reader = farm.Device{Host: "desk", Kind: farm.Reader, ID: "1-1"}

// desk is a farm that is looked at, and what was told of it.
type desk struct {
	*testing.T
	farm  *memory.Farm
	watch *watch.Watch
	heard []watch.Event
}

func newDesk(t *testing.T, h *watch.History) *desk {
	d := &desk{T: t, farm: &memory.Farm{Now: clock}}
	d.watch = &watch.Watch{Farm: d.farm, History: h, Now: clock, Hear: []func(watch.Event){func(e watch.Event) { d.heard = append(d.heard, e) }}}
	return d
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// ends runs an attempt to its end.
func (d *desk) ends(run, cell string, attempt int, verdict string) {
	d.Helper()
	w := farm.Work{Run: run, Cell: cell, Attempt: attempt, Host: "desk", Devices: []farm.Device{reader}, Job: json.RawMessage("{}")}
	d.ok(d.farm.Publish(d.Context(), w))
	g, err := d.farm.Acquire(d.Context(), farm.Holder{Run: run, Cell: cell, Attempt: attempt, Host: "desk", Boot: "b"}, time.Minute, reader)
	d.ok(err)
	d.ok(d.farm.Begin(d.Context(), w, g.Token))
	d.ok(d.farm.Commit(d.Context(), w, g.Token, farm.Outcome{Verdict: verdict, Start: now.Add(-time.Second), End: now}))
	d.ok(d.farm.Release(d.Context(), g, "good"))
}

// hears looks, and wants to be told exactly this.
func (d *desk) hears(want ...string) {
	d.Helper()
	d.heard = nil
	d.watch.Look(d.Context())
	var got []string
	for _, e := range d.heard {
		got = append(got, fmt.Sprintf("%s %s%s %s%d%v", e.Kind, e.State, e.Verdict, e.Cell, e.Attempt, e.Counts))
	}
	if !slices.Equal(got, want) {
		d.Errorf("heard %q, want %q", got, want)
	}
}

// Requirement: each end of an attempt, each end of a run and each change that a
// person should know of is told once. Source: issue point 6. Turned red by:
// telling every look, or that cells take and give back readers.
func TestToldOnce(t *testing.T) {
	d := newDesk(t, nil)
	d.hears()
	d.ends("r", "a", 1, "MISS")
	d.hears("ended MISS a1map[]", "over  0map[MISS:1]")
	d.hears()
	_, err := d.farm.Set(t.Context(), reader, farm.Quarantined, "bad")
	d.ok(err)
	d.hears("moved quarantined 0map[]")
	_, err = d.farm.Set(t.Context(), reader, farm.Free, "")
	d.ok(err)
	d.hears("moved free 0map[]")
	d.ends("r", "a", 2, "PASS")
	d.watch.Reopen("r")
	d.hears("ended PASS a2map[]", "over  0map[PASS:1]")
	d.hears()
}

// Requirement: a run that is over and gets another attempt without our doing is
// noticed at the next look while it has just ended, and later too. Turned red by:
// reading it never again; keeping what was seen when a planner was slow.
func TestAnotherAttemptIsNoticed(t *testing.T) {
	for after, within := range map[int]int{1: 1, 10: 1, 40: 20} {
		d := newDesk(t, nil)
		d.ends("r", "a", 1, "MISS")
		for range after {
			d.watch.Look(t.Context())
		}
		d.ends("r", "a", 2, "PASS")
		d.heard = nil
		for range within {
			d.watch.Look(t.Context())
		}
		if len(d.heard) != 2 || d.heard[0].Verdict != "PASS" {
			t.Errorf("after %d looks, within %d: %+v", after, within, d.heard)
		}
	}
}

// Requirement: an attempt that ended and is tried again between two looks stands
// in the history, once. Source: issue 7 point 6, "hil why CELL, rerun of one
// cell". Turned red by: a rerun that the watch is not told of.
func TestNote(t *testing.T) {
	d := newDesk(t, nil)
	d.ends("r", "a", 1, "MISS")
	cells, err := d.farm.Run(t.Context(), "r")
	d.ok(err)
	d.watch.Note(cells[0])
	d.watch.Note(cells[0])
	d.ends("r", "a", 2, "PASS")
	d.watch.Look(t.Context())
	var got []string
	for _, e := range d.watch.Tried("r", "a") {
		got = append(got, e.Verdict)
	}
	if want := []string{"MISS", "PASS"}; !slices.Equal(got, want) {
		t.Errorf("tried %q, want %q", got, want)
	}
}

// Requirement: after a restart of the hub nothing is told again that was told,
// what happened meanwhile is, and histories go on; a torn line is left out.
// Turned red by: a history in memory.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	open := func() *watch.History {
		h, err := watch.OpenHistory(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.Close() })
		return h
	}
	d := newDesk(t, open())
	d.ends("r", "a", 1, "PASS")
	d.watch.Look(t.Context())
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	d.ok(err)
	_, err = f.WriteString(`{"kind":"ended","run":"r","cell":"b","att`)
	d.ok(err)
	d.ok(f.Close())
	d.ends("r", "b", 1, "FAIL")

	again := newDesk(t, open())
	again.farm = d.farm
	again.watch.Farm = d.farm
	again.hears("ended FAIL b1map[]", "over  0map[FAIL:1 PASS:1]")
	if n := len(again.watch.Of(reader)); n != 2 {
		t.Errorf("%d events of the reader: %+v", n, again.watch.Of(reader))
	}
}

// Requirement: the file of a history does not grow without end: at the next start it
// has the last events of each device and the ends of all attempts, and nothing else.
// Source: issue 7, point 6. Turned red by: only adding to it; forgetting an attempt,
// whose end would be told again.
func TestHistoryIsClearedAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	open := func() *watch.History {
		h, err := watch.OpenHistory(path)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	h, d := open(), newDesk(t, nil)
	first := farm.Work{Run: "r", Cell: "a", Attempt: 1}
	d.ok(h.Add(watch.Event{Kind: watch.Ended, Run: first.Run, Cell: first.Cell, Attempt: 1, Devices: []farm.Device{reader}}))
	for n := range 5 * watch.MostKept {
		d.ok(h.Add(watch.Event{Kind: watch.Moved, Devices: []farm.Device{reader}, Reason: fmt.Sprint(n)}))
	}
	d.ok(h.Close())
	before := size()
	h = open()
	if after := size(); after > before/4 {
		t.Errorf("%d bytes were %d", after, before)
	}
	of := h.Of(reader)
	if len(of) != watch.MostKept || of[0].Reason != fmt.Sprint(5*watch.MostKept-1) || !h.Knows(first) {
		t.Errorf("%d events, the newest %+v, the first attempt known %t", len(of), of[0], h.Knows(first))
	}
	d.ok(h.Add(watch.Event{Kind: watch.Moved, Devices: []farm.Device{reader}, Reason: "now"}))
	d.ok(h.Close())
	if of = open().Of(reader); of[0].Reason != "now" || of[1].Reason != fmt.Sprint(5*watch.MostKept-1) {
		t.Errorf("after another start: %+v", of[:2])
	}
}

// Requirement: the wall of 10,000 readers and 100,000 cells stays small enough to
// send: long lists are cut, and what is cut is counted. Turned red by: a list
// without an end.
func TestLongListsAreCut(t *testing.T) {
	d := newDesk(t, nil)
	var all []farm.Work
	for n := range 100_000 {
		all = append(all, farm.Work{Run: "r", Cell: fmt.Sprint("c", n), Attempt: 1, Host: fmt.Sprint("h", n%5), Devices: []farm.Device{{Host: "h", Kind: farm.Reader, ID: fmt.Sprint(n)}}, Job: json.RawMessage("{}")})
	}
	d.ok(d.farm.Publish(t.Context(), all...))
	d.watch.Look(t.Context())
	s := d.watch.State()
	if s.Queue.Waiting != 100_000 || len(s.Queue.Next) != watch.MostQueued || s.Queue.Hosts["h3"] != 20_000 || s.Runs[0].Waiting != 100_000 {
		t.Errorf("%d, %d, %v", s.Queue.Waiting, len(s.Queue.Next), s.Queue.Hosts)
	}
	raw, err := json.Marshal(s)
	if err != nil || len(raw) > 50_000 {
		t.Errorf("%v, %d bytes", err, len(raw))
	}
}

// Requirement: cards are warned about 90 days before a certificate expires, on
// their last PIN try and when their budget is spent. Source: issue point 6, "card
// stock with certificate expiry and PIN budget". Turned red by: a day too late.
func TestCardsAreWarnedAbout(t *testing.T) {
	zero := 0
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		stock watch.Stock
		want  string
	}{
		"fine": {watch.Stock{Expires: now.Add(91 * day), Budget: watch.Loss{Tries: 10}, Spent: watch.Loss{Tries: 8}}, ""}, "unknown": {watch.Stock{}, ""},
		"soon": {watch.Stock{Expires: now.Add(90 * day)}, "expires in 90 days, on 2027-02-25"}, "tomorrow": {watch.Stock{Expires: now.Add(day)}, "in 1 day, on 2026-11-28"}, "past": {watch.Stock{Expires: now}, "expired on 2026-11-27"},
		"locked": {watch.Stock{Tries: &zero}, "locked"}, "nearly": {watch.Stock{Budget: watch.Loss{Locks: 10}, Spent: watch.Loss{Locks: 9}}, "locks is nearly spent: 9 of 10"},
		"spent": {watch.Stock{Budget: watch.Loss{Tries: 3}, Spent: watch.Loss{Tries: 3}}, "PIN tries is spent: 3 of 3"},
	} {
		d := newDesk(t, nil)
		c.stock.Serial, c.stock.Home = "C1", "floor"
		d.watch.Inventory = stock{c.stock}
		d.watch.Look(t.Context())
		got := d.watch.State().Cards[0].Warnings
		if c.want == "" && len(got) != 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// stock is one card.
type stock struct{ watch.Stock }

func (stock) Readers(context.Context) ([]watch.Place, error) { return nil, nil }
func (s stock) Cards(context.Context) ([]watch.Stock, error) { return []watch.Stock{s.Stock}, nil }

// Requirement: a follower that does not read holds up nothing. Turned red by: a
// channel that is waited for.
func TestSlowFollower(t *testing.T) {
	d := newDesk(t, nil)
	changed, stop := d.watch.Follow()
	for range 10 {
		d.watch.Look(t.Context())
	}
	if len(changed) != 1 || d.watch.Followers() != 1 {
		t.Errorf("%d, %d", len(changed), d.watch.Followers())
	}
	stop()
	if d.watch.Followers() != 0 {
		t.Error("it still follows")
	}
}
