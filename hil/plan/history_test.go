package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/plan"
)

// Requirement: time left comes from how long cells took. Source: issue 7 point 3.
// Turned red by: the mean instead of the median, old ones that count for ever, a
// cut-off last line that spoils the file.
func TestHistoryEstimates(t *testing.T) {
	lines := `{"cell":"a","card":"nine","protocol":"T1","suite":"card","took_ns":10000000000}
{"cell":"a","card":"nine","protocol":"T1","suite":"card","took_ns":900000000000}
{"cell":"a","card":"nine","protocol":"T1","suite":"card","took_ns":12000000000}
{"cell":"b","card":"nine","protocol":"T1","suite":"pcsc","took_ns":2000000000}
{"cell":"b","ca`
	h, err := plan.ReadHistory(strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why  string
		cell plan.Cell
		want time.Duration
	}{
		{"its own", plan.Cell{ID: "a"}, 12 * time.Second},
		{"one like it", plan.Cell{ID: "new", Card: "nine", Protocol: "T1", Suite: "pcsc"}, 2 * time.Second},
		{"its suite's", plan.Cell{ID: "new", Card: "ten", Protocol: "T0", Suite: "card"}, 12 * time.Second},
		{"any", plan.Cell{ID: "new", Suite: "new"}, 12 * time.Second},
	} {
		if got := h.Estimate(c.cell); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
	if got := (&plan.History{}).Estimate(plan.Cell{}); got != 30*time.Second {
		t.Errorf("with no history: %s", got)
	}
	if _, err := plan.ReadHistory(strings.NewReader("x\n")); err == nil {
		t.Error("a broken line was taken")
	}
}

// Requirement: progress with time left. Turned red by: adding up all readers
// instead of the longest, forgetting what runs, not learning from the truth.
func TestProgressSaysTheTimeLeft(t *testing.T) {
	f := plan.Floor{Readers: []plan.Reader{{Host: "a", ID: "1", Holds: "c1"}, {Host: "a", ID: "2", Holds: "c2"}}, Cards: []plan.Card{{Serial: "c1"}, {Serial: "c2"}}}
	var all []plan.Cell
	for _, id := range []string{"p", "q", "r", "s", "t"} {
		all = append(all, plan.Cell{ID: id, Card: "c1", Estimate: 10 * time.Second})
	}
	all[4].Card = "c2"
	p, err := plan.Make(f, all, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	g := plan.NewProgress(p, all, len(f.Readers))
	see := func(at, want time.Duration) {
		t.Helper()
		if got := g.Left(now.Add(at)); got != want {
			t.Errorf("after %s: %s left, want %s", at, got, want)
		}
	}
	see(0, 40*time.Second)
	g.Begin(0, now)
	see(4*time.Second, 36*time.Second)
	for i := range 3 { // each takes twice as long as planned
		g.Begin(i, now.Add(time.Duration(i)*20*time.Second))
		g.End(i, now.Add(time.Duration(i+1)*20*time.Second))
		g.End(i, now) // said again: counts once
	}
	see(60*time.Second, 20*time.Second)
	if done, of := g.Counts(); done != 3 || of != 5 {
		t.Errorf("%d of %d", done, of)
	}
}
