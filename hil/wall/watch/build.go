package watch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/why"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// seen is what one look brought.
type seen struct {
	records  []farm.Record
	runs     []string // oldest first
	cells    map[string][]farm.Progress
	places   []Place
	stock    []Stock
	requests []Request
}

// state makes of it what is shown.
func (s seen) state(now time.Time) State {
	by := map[farm.Device]farm.Record{}
	for _, r := range s.records {
		by[r.Device] = r
	}
	readers := s.readers(by, now)
	return State{
		Time: now, Readers: readers, Cards: s.cards(by, readers, now), Runs: s.overview(now), Queue: s.queue(by, now),
		Requests: append([]Request{}, s.requests...),
	}
}

// readers are those of the inventory and those that were ever leased.
func (s seen) readers(by map[farm.Device]farm.Record, now time.Time) []Reader {
	all := map[farm.Device]Reader{}
	for d, r := range by {
		if d.Kind == farm.Reader {
			all[d] = Reader{ID: d.Host + "/" + d.ID, Host: d.Host, Place: d.ID, State: r.State, Health: r.Health, Reason: r.Reason, Lease: lease(r, now), Card: beside(r, s.records)}
		}
	}
	for _, p := range s.places {
		d := farm.Device{Host: p.Host, Kind: farm.Reader, ID: p.ID}
		r, ok := all[d]
		if !ok {
			r = Reader{ID: d.Host + "/" + d.ID, Host: d.Host, Place: d.ID, State: farm.Free}
		}
		r.Name, r.Silent, r.Card = p.Name, p.Silent, cmp.Or(p.Card, r.Card)
		all[d] = r
	}
	list := make([]Reader, 0, len(all))
	for _, r := range all {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Reader) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Place, b.Place)) })
	return list
}

// beside is the card that is leased together with a reader: it is in it, or on
// its way.
func beside(r farm.Record, all []farm.Record) string {
	if r.State != farm.Held {
		return ""
	}
	i := slices.IndexFunc(all, func(c farm.Record) bool {
		return c.Device.Kind == farm.Card && c.State == farm.Held && c.Token == r.Token
	})
	if i < 0 {
		return ""
	}
	return all[i].Device.ID
}

func lease(r farm.Record, now time.Time) *Lease {
	if r.State != farm.Held || r.Holder == nil {
		return nil
	}
	h, until := r.Holder, r.Granted.Add(r.TTL)
	return &Lease{Person: h.Person, Run: h.Run, Cell: h.Cell, Attempt: h.Attempt, Host: h.Host, Since: r.Granted, Until: until, Over: now.After(until)}
}

// cards are those of the inventory and those that were ever leased.
func (s seen) cards(by map[farm.Device]farm.Record, readers []Reader, now time.Time) []Card {
	where := map[string]string{}
	for _, r := range readers {
		if r.Card != "" {
			where[r.Card] = r.ID
		}
	}
	all := map[farm.Device]Card{}
	for d, r := range by {
		if d.Kind == farm.Card {
			all[d] = Card{Serial: d.ID, Home: d.Host, State: r.State, Reason: r.Reason, Lease: lease(r, now), Warnings: []string{}, Where: where[d.ID]}
		}
	}
	for _, x := range s.stock {
		d := farm.Device{Host: x.Home, Kind: farm.Card, ID: x.Serial}
		c, ok := all[d]
		if !ok {
			c = Card{Serial: x.Serial, Home: x.Home, State: farm.Free, Where: where[x.Serial]}
		}
		all[d] = x.onto(c, now)
	}
	list := make([]Card, 0, len(all))
	for _, c := range all {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Card) int { return cmp.Or(cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.Home, b.Home)) })
	return list
}

// onto adds what the stock knows of a card.
func (x Stock) onto(c Card, now time.Time) Card {
	c.Title, c.Series, c.Test, c.Tries, c.Budget, c.Spent = x.Title, x.Series, x.Test, x.Tries, x.Budget, x.Spent
	c.Warnings = []string{}
	if !x.Expires.IsZero() {
		e := x.Expires
		c.Expires = &e
	}
	warn := func(format string, args ...any) { c.Warnings = append(c.Warnings, fmt.Sprintf(format, args...)) }
	switch left := x.Expires.Sub(now); {
	case x.Expires.IsZero():
	case left <= 0:
		warn("A certificate expired on %s.", x.Expires.Format(time.DateOnly))
	case left <= Warning:
		warn("A certificate expires in %s, on %s.", days(left), x.Expires.Format(time.DateOnly))
	}
	if x.Tries != nil && *x.Tries == 0 {
		warn("Its passcode is locked.")
	} else if x.Tries != nil && *x.Tries == 1 {
		warn("One try is left on its passcode.")
	}
	for _, b := range []struct {
		what        string
		spent, from int
	}{{"PIN tries", x.Spent.Tries, x.Budget.Tries}, {"locks", x.Spent.Locks, x.Budget.Locks}, {"writes", x.Spent.Writes, x.Budget.Writes}} {
		if b.from > 0 && b.spent >= b.from {
			warn("Its budget of %s is spent: %d of %d.", b.what, b.spent, b.from)
		} else if b.from > 0 && b.spent*10 >= b.from*9 {
			warn("Its budget of %s is nearly spent: %d of %d.", b.what, b.spent, b.from)
		}
	}
	return c
}

func days(d time.Duration) string {
	n := int(d.Hours() / 24)
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// overview is the newest runs, newest first.
func (s seen) overview(now time.Time) []Run {
	list := []Run{}
	for i := len(s.runs) - 1; i >= 0 && len(list) < MostRuns; i-- {
		list = append(list, summary(s.runs[i], s.cells[s.runs[i]], now))
	}
	return list
}

func summary(id string, cells []farm.Progress, now time.Time) Run {
	r := Run{ID: id, Cells: len(cells), Verdicts: map[string]int{}, Red: []Red{}}
	var began, ended time.Time
	for _, p := range cells {
		switch p.Phase {
		case farm.Waiting:
			r.Waiting++
		case farm.Running:
			r.Running++
		case farm.Done:
			r.Done++
			r.add(p, &began, &ended)
		}
	}
	if !began.IsZero() {
		r.Began = &began
	}
	if r.over() && !ended.IsZero() {
		r.Ended = &ended
	}
	if left := r.Waiting + r.Running; left > 0 && r.Done > 2 && now.After(began) {
		seconds := int(now.Sub(began).Seconds() / float64(r.Done) * float64(left))
		r.Left = &seconds
	}
	return r
}

// add counts one that is done.
func (r *Run) add(p farm.Progress, began, ended *time.Time) {
	o := p.Outcome
	if o == nil {
		o = &farm.Outcome{Verdict: string(result.Miss)}
	}
	r.Verdicts[o.Verdict]++
	if began.IsZero() || o.Start.Before(*began) {
		*began = o.Start
	}
	if o.End.After(*ended) {
		*ended = o.End
	}
	if o.Verdict != string(result.Pass) && o.Verdict != string(result.Skip) && len(r.Red) < MostRed {
		r.Red = append(r.Red, Red{Cell: p.Work.Cell, Verdict: o.Verdict, Reason: o.Reason, Attempt: p.Work.Attempt, Host: p.Work.Host})
	}
}

// over says that nothing of a run waits or runs.
func (r Run) over() bool { return r.Cells > 0 && r.Done == r.Cells }

// queue is what waits and runs, with the first reason why.
func (s seen) queue(by map[farm.Device]farm.Record, now time.Time) Queue {
	q := Queue{Hosts: map[string]int{}, Next: []Queued{}}
	for _, id := range s.runs {
		for _, p := range s.cells[id] {
			switch p.Phase {
			case farm.Waiting:
				q.Waiting++
				q.Hosts[p.Work.Host]++
			case farm.Running:
				q.Running++
			default:
				continue
			}
			if len(q.Next) < MostQueued {
				a := why.Explain(why.Facts{Cell: p, Devices: needed(p, by), Now: now})
				q.Next = append(q.Next, Queued{Run: id, Cell: p.Work.Cell, Attempt: p.Work.Attempt, Host: p.Work.Host, Phase: p.Phase, Why: strings.Join(a.Because[:min(2, len(a.Because))], " ")})
			}
		}
	}
	slices.SortStableFunc(q.Next, func(a, b Queued) int { return cmp.Compare(rank(a.Phase), rank(b.Phase)) })
	return q
}

func rank(p farm.Phase) int {
	if p == farm.Running {
		return 0
	}
	return 1
}

// needed are the records of a cell's devices.
func needed(p farm.Progress, by map[farm.Device]farm.Record) []farm.Record {
	var all []farm.Record
	for _, d := range p.Work.Devices {
		if r, ok := by[d]; ok {
			all = append(all, r)
		}
	}
	return all
}
