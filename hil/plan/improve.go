package plan

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// time plays the stays in their order, as early as reader and card allow, and
// notes who moves what. It fails where a card cannot be brought.
func (m *floorMap) time(stays []Stay) (moving, makespan time.Duration, ok bool) {
	holds, where := slices.Clone(m.holds), fill(len(m.Cards))
	for r, c := range holds {
		if c >= 0 {
			where[c] = r
		}
	}
	reader, card := make([]time.Duration, len(m.Readers)), make([]time.Duration, len(m.Cards))
	for i := range stays {
		*m.steps++
		s := &stays[i]
		s.Gadget, s.Move = "", 0
		if holds[s.Reader] != s.Card {
			g := m.cheapest(s.Reader, s.Card)
			if g < 0 {
				return 0, 0, false
			}
			s.Gadget, s.Move = m.gadgets[g].Gadget, m.gadgets[g].Cost
			if from := where[s.Card]; from >= 0 {
				holds[from] = -1
			}
			if out := holds[s.Reader]; out >= 0 {
				where[out] = -1
			}
			holds[s.Reader], where[s.Card] = s.Card, s.Reader
		}
		s.Start = max(reader[s.Reader], card[s.Card])
		s.End = s.Start + s.Move + s.Work
		reader[s.Reader], card[s.Card] = s.End, s.End
		moving, makespan = moving+s.Move, max(makespan, s.End)
	}
	return moving, makespan, true
}

// improve merges stays of one group where that saves a move and there is time,
// then swaps stays of one reader where that saves moving or time.
func (m *floorMap) improve(p *Plan) {
	moving, makespan, _ := m.time(p.Stays)
	bound := makespan + time.Duration(float64(makespan)*m.options.Slack)
	if merged := m.merged(p.Stays, bound); merged != nil {
		if less, end, ok := m.time(merged); ok && less < moving && end <= bound {
			p.Stays, moving, makespan = merged, less, end
		}
	}
	m.swap(p.Stays, moving, makespan, bound)
}

// merged is a copy of the stays without those that others of their group have
// time for; nil where there are none.
func (m *floorMap) merged(stays []Stay, bound time.Duration) []Stay {
	load, of := make([]time.Duration, len(m.Readers)), make([][]int, len(m.groups))
	out := slices.Clone(stays)
	for i, s := range out {
		load[s.Reader] = max(load[s.Reader], s.End)
		of[s.group] = append(of[s.group], i)
	}
	for _, group := range of {
		small := slices.Clone(group)
		slices.SortFunc(small, func(a, b int) int { return cmp.Or(cmp.Compare(out[a].Work, out[b].Work), a-b) })
		slices.SortFunc(group, func(a, b int) int {
			return cmp.Or(cmp.Compare(load[out[a].Reader], load[out[b].Reader]), a-b)
		})
		for _, from := range small {
			m.empty(out, group, from, load, bound)
		}
	}
	kept := slices.DeleteFunc(out, func(s Stay) bool { return len(s.Cells) == 0 })
	if len(kept) == len(stays) {
		return nil
	}
	return kept
}

// few is how many others are asked to take a stay over.
const few = 8

// empty gives a stay's cells to another of its group that has time.
func (m *floorMap) empty(out []Stay, group []int, from int, load []time.Duration, bound time.Duration) {
	s := &out[from]
	if s.Gadget == "" {
		return
	}
	asked := 0
	for _, to := range group {
		t := &out[to]
		if to == from || len(t.Cells) == 0 || t.Reader == s.Reader && t.Card == s.Card {
			continue
		}
		*m.steps++
		if asked++; asked > few {
			return
		}
		if load[t.Reader]+s.Work > bound {
			continue
		}
		t.Cells = append(slices.Clip(t.Cells), s.Cells...)
		m.sort(t.Cells)
		t.Work = m.work(t.Cells)
		load[t.Reader] += s.Work
		load[s.Reader] -= s.Work + s.Move
		s.Cells, s.Work = nil, 0
		return
	}
}

// work is how long cells take one after the other.
func (m *floorMap) work(cells []int) (sum time.Duration) {
	for i, c := range cells {
		sum += m.cells[c].Estimate
		if i > 0 && m.cells[c].Protocol != m.cells[cells[i-1]].Protocol {
			sum += m.options.Switch
		}
	}
	return sum
}

// swap tries to swap two stays of one reader, as often as keeps the whole about
// linear, and keeps what is better.
func (m *floorMap) swap(stays []Stay, moving, makespan, bound time.Duration) {
	if len(stays) < 2 {
		return
	}
	random := rand.New(rand.NewPCG(uint64(m.options.Seed), 0))
	for range min(400, 20+200_000/len(stays)) {
		i := random.IntN(len(stays))
		j := i + 1
		for j < len(stays) && stays[j].Reader != stays[i].Reader {
			j++
		}
		if j == len(stays) {
			continue
		}
		stays[i], stays[j] = stays[j], stays[i]
		less, end, ok := m.time(stays)
		if ok && (less < moving && end <= bound || less == moving && end < makespan) {
			moving, makespan = less, end
			continue
		}
		stays[i], stays[j] = stays[j], stays[i]
	}
}

// unplaced says of each cell that nobody took why.
func (m *floorMap) unplaced() (out []Unplaced) {
	for _, g := range m.groups {
		for _, c := range slices.Backward(g.pending) {
			out = append(out, Unplaced{Cell: c, Reason: m.why(g, m.cells[c])})
		}
	}
	return out
}

func (m *floorMap) why(g group, c Cell) string {
	if g.readers == 0 {
		for _, r := range m.Readers {
			if r.Out != "" && (c.Reader == "" || c.Reader == r.Model || c.Reader == r.Name()) {
				return fmt.Sprintf("reader %s is out: %s", r.Name(), r.Out)
			}
		}
		return fmt.Sprintf("there is no reader %s", c.Reader)
	}
	reason := fmt.Sprintf("there is no card %s", c.Card)
	for _, k := range m.Cards {
		switch {
		case c.Card != k.Serial && c.Card != k.Kind:
		case k.Out != "":
			reason = fmt.Sprintf("card %s is out: %s", k.Serial, k.Out)
		default:
			return fmt.Sprintf("no gadget brings a card %s to a reader %s", c.Card, c.Reader)
		}
	}
	return reason
}
