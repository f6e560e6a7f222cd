package simulation

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
)

// What the simulated hosts do.
const (
	ttl      = 45 * time.Second
	attempts = 3
	misses   = 200 // one attempt in so many is a MISS
	run      = "simulated"
)

// world is a farm at work.
type world struct {
	plan.Floor
	cells   []plan.Cell
	plan    plan.Plan
	random  *rand.Rand
	clock   time.Time
	store   *memory.Farm
	records map[int]farm.Progress // by cell
	events  events
	waits   []int   // by stay: stays that must end before it
	then    [][]int // by stay: who waits for its end
	traffic Traffic
}

func newWorld(f plan.Floor, cells []plan.Cell, p plan.Plan, random *rand.Rand) *world {
	w := &world{Floor: f, cells: cells, plan: p, random: random, clock: time.Unix(0, 0), records: make(map[int]farm.Progress, len(cells))}
	w.store = &memory.Farm{Now: func() time.Time { return w.clock }}
	w.waits, w.then = make([]int, len(p.Stays)), make([][]int, len(p.Stays))
	reader, card := map[int]int{}, map[int]int{}
	for i, s := range p.Stays {
		w.after(reader, s.Reader, i)
		w.after(card, s.Card, i)
	}
	return w
}

// after notes that stay i follows whoever had the device last.
func (w *world) after(last map[int]int, device, i int) {
	if before, ok := last[device]; ok {
		w.waits[i]++
		w.then[before] = append(w.then[before], i)
	}
	last[device] = i
}

// follow lets the plan happen and returns how long that takes in there.
func (w *world) follow(ctx context.Context) (time.Duration, error) {
	start := w.clock
	for i, n := range w.waits {
		if n == 0 {
			w.at(w.plan.Stays[i].Move, &event{stay: i, attempt: 1})
		}
	}
	for w.events.Len() > 0 {
		e := heap.Pop(&w.events).(*event)
		w.clock = e.due
		if err := w.step(ctx, e); err != nil {
			return 0, err
		}
	}
	for i, c := range w.cells {
		if p := w.records[i]; p.Phase != farm.Done {
			return 0, fmt.Errorf("cell %s was lost: it is %q", c.ID, p.Phase)
		}
	}
	return w.clock.Sub(start), nil
}

func (w *world) at(in time.Duration, e *event) {
	e.due = w.clock.Add(in)
	e.number = w.events.count
	w.events.count++
	heap.Push(&w.events, e)
}

// step is what one reader does next: begin a cell, keep its lease, or end it.
func (w *world) step(ctx context.Context, e *event) error {
	switch {
	case e.grant == nil:
		return w.begin(ctx, e)
	case w.clock.Before(e.ends):
		w.traffic.Renews++
		w.traffic.Records += len(e.grant.Devices)
		if err := w.store.Renew(ctx, e.grant); err != nil {
			return w.refused(err)
		}
		w.at(min(ttl/3, e.ends.Sub(w.clock)), e)
		return nil
	}
	return w.end(ctx, e)
}

func (w *world) refused(err error) error { w.traffic.Refused++; return err }

// devices are what a stay's cells need: the reader, its port and the card.
func (w *world) devices(s plan.Stay) []farm.Device {
	r, c := w.Readers[s.Reader], w.Cards[s.Card]
	return []farm.Device{{Host: r.Host, Kind: farm.Reader, ID: r.ID}, {Host: "floor", Kind: farm.Card, ID: c.Serial}, {Host: r.Host, Kind: farm.Power, ID: r.ID}}
}

func (w *world) begin(ctx context.Context, e *event) error {
	s := w.plan.Stays[e.stay]
	cell := s.Cells[e.cell]
	host, devices := w.Readers[s.Reader].Host, w.devices(s)
	e.work = farm.Work{Run: run, Cell: w.cells[cell].ID, Attempt: e.attempt, Host: host, Devices: devices}
	w.traffic.Published++
	next, err := w.records[cell].Offer(e.work)
	if err != nil {
		return w.refused(err)
	}
	w.traffic.Acquires++
	w.traffic.Records += len(devices)
	g, err := w.store.Acquire(ctx, farm.Holder{Run: run, Cell: e.work.Cell, Attempt: e.attempt, Host: host, Boot: "1"}, ttl, devices...)
	if err != nil {
		return w.refused(err)
	}
	w.traffic.Begun++
	if next, err = next.Begin(e.work, g.Token); err != nil {
		return w.refused(err)
	}
	w.records[cell], e.grant = next, &g
	takes := time.Duration(float64(w.cells[cell].Estimate) * (0.8 + 0.4*w.random.Float64()))
	e.ends = w.clock.Add(takes)
	w.at(min(ttl/3, takes), e)
	return nil
}

func (w *world) end(ctx context.Context, e *event) error {
	cell := w.plan.Stays[e.stay].Cells[e.cell]
	w.traffic.Ended++
	o := farm.Outcome{Verdict: "PASS", End: w.clock}
	if e.attempt < attempts && w.random.IntN(misses) == 0 {
		o.Verdict = "MISS"
	}
	next, err := w.records[cell].Commit(e.work, e.grant.Token, o)
	if err != nil {
		return w.refused(err)
	}
	w.records[cell] = next
	w.traffic.Releases++
	w.traffic.Records += len(e.grant.Devices)
	if err := w.store.Release(ctx, *e.grant, "good"); err != nil {
		return w.refused(err)
	}
	w.onward(e, o.Verdict == "MISS")
	return nil
}

// onward is the next attempt, cell or stay.
func (w *world) onward(e *event, again bool) {
	s := w.plan.Stays[e.stay]
	if again {
		w.at(0, &event{stay: e.stay, cell: e.cell, attempt: e.attempt + 1})
		return
	}
	w.traffic.Committed++
	if e.cell+1 < len(s.Cells) {
		w.at(0, &event{stay: e.stay, cell: e.cell + 1, attempt: 1})
		return
	}
	for _, i := range w.then[e.stay] {
		if w.waits[i]--; w.waits[i] == 0 {
			w.at(w.plan.Stays[i].Move, &event{stay: i, attempt: 1})
		}
	}
}

// event is one reader's next moment.
type event struct {
	due     time.Time
	number  int // between equals: the first to be asked for
	stay    int
	cell    int // within the stay
	attempt int
	work    farm.Work
	grant   *farm.Grant
	ends    time.Time
}

type events struct {
	list  []*event
	count int
}

func (e *events) Len() int { return len(e.list) }
func (e *events) Less(i, j int) bool {
	a, b := e.list[i], e.list[j]
	if !a.due.Equal(b.due) {
		return a.due.Before(b.due)
	}
	return a.number < b.number
}
func (e *events) Swap(i, j int) { e.list[i], e.list[j] = e.list[j], e.list[i] }

// Push is for container/heap.
func (e *events) Push(x any) { e.list = append(e.list, x.(*event)) }

// Pop likewise.
func (e *events) Pop() any {
	last := e.list[len(e.list)-1]
	e.list = e.list[:len(e.list)-1]
	return last
}
