package plan

import (
	"container/heap"
	"slices"
	"time"
)

// shelf is where free cards, and readers that wait for one, are kept: by the
// pool from which it can be brought and the name under which it is asked for.
type shelf struct{ pool, name int }

// laying is the first pass: what happens, in the order of its time.
type laying struct {
	*floorMap
	ready   moments
	free    map[shelf][]int // cards; some no longer free
	waiting map[shelf][]int // readers; some no longer waiting
	idle    []bool          // card: nobody needs it now
	where   []int           // card: the reader it is in, -1 is none
	holds   []int           // reader: its card, -1 is none
	parked  []bool          // reader
	at      []int           // reader: its stay, -1 before the first
	stays   []Stay
}

// lay lets every reader take what is best for it as soon as it is free.
func (m *floorMap) lay() Plan {
	l := &laying{
		floorMap: m, free: map[shelf][]int{}, waiting: map[shelf][]int{}, idle: make([]bool, len(m.Cards)),
		where: fill(len(m.Cards)), holds: slices.Clone(m.holds), parked: make([]bool, len(m.Readers)), at: fill(len(m.Readers)),
	}
	for r, c := range l.holds {
		if c >= 0 {
			l.where[c] = r
		}
	}
	for c := range m.Cards {
		l.put(c)
	}
	l.begin()
	for l.ready.Len() > 0 {
		next := heap.Pop(&l.ready).(moment)
		l.next(next.reader, next.at)
	}
	return Plan{Stays: l.stays, Unplaced: m.unplaced()}
}

func fill(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// begin has the readers start whose card is in already, before others can take
// it away.
func (l *laying) begin() {
	for r := range l.Readers {
		order := len(l.Readers) + r
		if c := l.holds[r]; c >= 0 && l.here(r, c) >= 0 {
			order = r
		}
		heap.Push(&l.ready, moment{reader: r, order: order})
	}
}

// next gives reader r its next cell, or lets it wait or rest.
func (l *laying) next(r int, at time.Duration) {
	l.parked[r] = false
	if c := l.holds[r]; c >= 0 && (l.idle[c] || l.mine(r, c)) {
		if g := l.here(r, c); g >= 0 {
			l.take(r, c, g, -1, at)
			return
		}
	}
	was := l.leave(r)
	if g, c := l.choose(r); g >= 0 {
		l.take(r, c, g, l.bring(r, c), at)
	}
	if was >= 0 && l.idle[was] {
		l.wake(was, at)
	}
}

// mine says that c is in r because r works with it.
func (l *laying) mine(r, c int) bool {
	return l.at[r] >= 0 && l.stays[l.at[r]].Card == c && l.where[c] == r
}

// here is a group that r can work for with card c, the current one if possible.
func (l *laying) here(r, c int) int {
	if s := l.at[r]; s >= 0 && l.stays[s].Card == c {
		if g := l.stays[s].group; len(l.groups[g].pending) > 0 {
			*l.steps++
			return g
		}
	}
	for _, g := range l.ofReader[r] {
		*l.steps++
		if len(l.groups[g].pending) > 0 && slices.Contains(l.ofCard[c], l.groups[g].name) {
			return g
		}
	}
	return -1
}

// leave ends r's stay: its card is free, and stays where it is until somebody
// wants it.
func (l *laying) leave(r int) (card int) {
	if l.at[r] < 0 {
		return -1
	}
	s := l.stays[l.at[r]]
	l.groups[s.group].workers--
	l.at[r] = -1
	l.put(s.Card)
	return s.Card
}

// put makes a card free for all who can get it.
func (l *laying) put(c int) {
	l.idle[c] = true
	for _, n := range l.ofCard[c] {
		l.free[shelf{everything, n}] = append(l.free[shelf{everything, n}], c)
		for _, g := range l.byCard[c] {
			l.free[shelf{g, n}] = append(l.free[shelf{g, n}], c)
		}
	}
}

// choose is the group with the most work for each who is at it, and the card for
// it. Where that needs a card which others have, r waits for it as well.
func (l *laying) choose(r int) (group, card int) {
	group, card = -1, -1
	var best float64
	for _, g := range l.ofReader[r] {
		*l.steps++
		if len(l.groups[g].pending) == 0 {
			continue
		}
		c, cost := l.nearest(r, l.groups[g].name)
		if score, worth := l.worth(g, cost); c >= 0 && worth && (group < 0 || score > best) {
			group, card, best = g, c, score
		}
	}
	if group < 0 {
		l.park(r)
	}
	return group, card
}

// worth weighs what a further reader saves on a group against what it costs.
func (l *laying) worth(g int, cost time.Duration) (score float64, ok bool) {
	left, workers, price := float64(l.groups[g].left), float64(l.groups[g].workers), float64(cost)*l.options.Weight
	return left/(workers+1) - price, workers == 0 || left > workers*price
}

// nearest is the free card of a name that comes to r at the least cost.
func (l *laying) nearest(r, name int) (card int, cost time.Duration) {
	for _, g := range l.byReader[r] {
		*l.steps++
		if c := l.top(shelf{l.pool(g), name}); c >= 0 {
			return c, l.gadgets[g].Cost
		}
	}
	return -1, 0
}

// top is the last card on a shelf that is still free. Those that are not are
// taken off.
func (l *laying) top(s shelf) int {
	on := l.free[s]
	for len(on) > 0 && !l.idle[on[len(on)-1]] {
		on = on[:len(on)-1]
		*l.steps++
	}
	l.free[s] = on
	if len(on) == 0 {
		return -1
	}
	return on[len(on)-1]
}

// park lets r wait for any card that it could work with.
func (l *laying) park(r int) {
	for _, g := range l.ofReader[r] {
		*l.steps++
		if len(l.groups[g].pending) == 0 || l.groups[g].workers > 0 && !l.worthAny(r, g) {
			continue
		}
		for _, p := range l.pools[r] {
			s := shelf{p, l.groups[g].name}
			l.waiting[s] = append(l.waiting[s], r)
			l.parked[r] = true
		}
	}
}

// worthAny says whether the cheapest move would pay for group g.
func (l *laying) worthAny(r, g int) bool {
	if len(l.byReader[r]) == 0 {
		return false
	}
	_, ok := l.worth(g, l.gadgets[l.byReader[r][0]].Cost)
	return ok
}

// wake lets those who wait for card c try. Who does not take it then never will
// for this card's sake: what is left for it only shrinks.
func (l *laying) wake(c int, at time.Duration) {
	for _, n := range l.ofCard[c] {
		for _, g := range append([]int{everything}, l.byCard[c]...) {
			s := shelf{g, n}
			for l.idle[c] && len(l.waiting[s]) > 0 {
				r := l.waiting[s][0]
				l.waiting[s] = l.waiting[s][1:]
				*l.steps++
				if l.parked[r] {
					l.retry(r, at)
				}
			}
		}
	}
}

// retry is next for a reader that waited; it waits on if it gets nothing, in
// the other queues that it is in.
func (l *laying) retry(r int, at time.Duration) {
	for _, g := range l.ofReader[r] {
		*l.steps++
		if len(l.groups[g].pending) == 0 {
			continue
		}
		c, cost := l.nearest(r, l.groups[g].name)
		if _, worth := l.worth(g, cost); c >= 0 && worth {
			l.parked[r] = false
			l.take(r, c, g, l.bring(r, c), at)
			return
		}
	}
}

// bring moves a card and says by which gadget, -1 where it is there already.
func (l *laying) bring(r, c int) (by int) {
	if l.holds[r] == c {
		return -1
	}
	if from := l.where[c]; from >= 0 {
		l.holds[from] = -1
	}
	if out := l.holds[r]; out >= 0 {
		l.where[out] = -1
	}
	l.holds[r], l.where[c] = c, r
	return l.cheapest(r, c)
}

// take has r work at the next cell of g with c, which gadget by has brought.
func (l *laying) take(r, c, g, by int, at time.Duration) {
	s := l.at[r]
	if s < 0 || l.stays[s].group != g || l.stays[s].Card != c {
		s = l.open(r, c, g, by, at)
	}
	from, stay := &l.groups[g], &l.stays[s]
	last := len(from.pending) - 1
	cell := from.pending[last]
	from.pending = from.pending[:last]
	takes := l.cells[cell].Estimate
	from.left -= takes
	if n := len(stay.Cells); n > 0 && l.cells[stay.Cells[n-1]].Protocol != l.cells[cell].Protocol {
		takes += l.options.Switch
	}
	stay.Cells = append(stay.Cells, cell)
	stay.Work += takes
	stay.End = stay.Start + stay.Move + stay.Work
	heap.Push(&l.ready, moment{at: stay.End, reader: r, order: r})
}

// open begins a stay.
func (l *laying) open(r, c, g, by int, at time.Duration) int {
	if prior := l.at[r]; prior >= 0 {
		l.groups[l.stays[prior].group].workers--
	}
	l.idle[c] = false
	l.groups[g].workers++
	stay := Stay{Reader: r, Card: c, Start: at, group: g}
	if by >= 0 {
		stay.Gadget, stay.Move = l.gadgets[by].Gadget, l.gadgets[by].Cost
	}
	l.stays = append(l.stays, stay)
	l.at[r] = len(l.stays) - 1
	return l.at[r]
}

// moment is when a reader is free.
type moment struct {
	at     time.Duration
	reader int
	order  int // between equals
}

type moments []moment

func (m moments) Len() int { return len(m) }
func (m moments) Less(i, j int) bool {
	if m[i].at != m[j].at {
		return m[i].at < m[j].at
	}
	return m[i].order < m[j].order
}
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

// Push is for container/heap.
func (m *moments) Push(x any) { *m = append(*m, x.(moment)) }

// Pop likewise.
func (m *moments) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
