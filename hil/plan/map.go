package plan

import (
	"cmp"
	"slices"
	"time"
)

// floorMap is a floor with everything found by number.
type floorMap struct {
	Floor
	cells   []Cell
	options Options
	steps   *int

	gadgets  []Route
	byReader [][]int // gadgets that serve a reader, cheapest first
	byCard   [][]int // gadgets that move a card, beside those that move all
	pools    [][]int // pools of free cards that a reader's gadgets draw from
	holds    []int   // card in each reader, -1 is none
	groups   []group
	ofReader [][]int // groups that a reader can work for
	ofCard   [][]int // names under which a card is asked for
	names    map[string]int
}

// group is the cells that want the same card, by kind or serial, in the same
// reader, by model or name.
type group struct {
	name    int           // of the card
	pending []int         // cells that nobody has taken
	left    time.Duration // their work
	workers int           // readers at it
	readers int           // readers that could be
}

func newMap(f Floor, cells []Cell, o Options, steps *int) *floorMap {
	m := &floorMap{Floor: f, cells: cells, options: o, steps: steps, gadgets: f.Routes, names: map[string]int{}}
	m.route()
	m.group()
	return m
}

// route finds who can bring what where.
func (m *floorMap) route() {
	readers, cards := map[string]int{}, map[string]int{}
	for i, r := range m.Readers {
		readers[r.Name()] = i
	}
	for i, c := range m.Cards {
		cards[c.Serial] = i
	}
	m.holds = make([]int, len(m.Readers))
	for i, r := range m.Readers {
		m.holds[i] = -1
		if c, ok := cards[r.Holds]; ok {
			m.holds[i] = c
		}
	}
	m.byReader, m.byCard = make([][]int, len(m.Readers)), make([][]int, len(m.Cards))
	for g, r := range m.gadgets {
		spread(m.byReader, g, r.Readers, readers)
		if len(r.Cards) > 0 {
			spread(m.byCard, g, r.Cards, cards)
		}
	}
	m.pools = make([][]int, len(m.Readers))
	for i, of := range m.byReader {
		slices.SortStableFunc(of, func(a, b int) int { return cmp.Compare(m.gadgets[a].Cost, m.gadgets[b].Cost) })
		for _, g := range of {
			if p := m.pool(g); !slices.Contains(m.pools[i], p) {
				m.pools[i] = append(m.pools[i], p)
			}
		}
	}
}

// everything is the pool of the gadgets that move every card.
const everything = -1

func (m *floorMap) pool(gadget int) int {
	if len(m.gadgets[gadget].Cards) == 0 {
		return everything
	}
	return gadget
}

// spread notes gadget g with those it names, or with all.
func spread(by [][]int, g int, names []string, index map[string]int) {
	if len(names) == 0 {
		for i := range by {
			by[i] = append(by[i], g)
		}
	}
	for _, n := range names {
		by[index[n]] = append(by[index[n]], g)
	}
}

// group puts cells into groups and finds the readers of each.
func (m *floorMap) group() {
	type key struct{ reader, card string }
	found, byWord := map[key]int{}, map[string][]int{}
	for i, c := range m.cells {
		if c.Excluded != "" {
			continue
		}
		k := key{c.Reader, c.Card}
		n, ok := found[k]
		if !ok {
			n = len(m.groups)
			found[k] = n
			byWord[c.Reader] = append(byWord[c.Reader], n)
			m.groups = append(m.groups, group{name: m.name(c.Card)})
		}
		g := &m.groups[n]
		g.pending = append(g.pending, i)
		g.left += c.Estimate
	}
	for _, g := range m.groups {
		m.sort(g.pending)
		slices.Reverse(g.pending) // taken from the end
	}
	m.ofReader, m.ofCard = make([][]int, len(m.Readers)), make([][]int, len(m.Cards))
	for i, r := range m.Readers {
		if r.Out == "" {
			m.ofReader[i] = slices.Concat(byWord[r.Name()], byWord[""])
			if r.Model != "" {
				m.ofReader[i] = append(m.ofReader[i], byWord[r.Model]...)
			}
		}
		for _, g := range m.ofReader[i] {
			m.groups[g].readers++
		}
	}
	for i, c := range m.Cards {
		for _, word := range []string{c.Serial, c.Kind} {
			if n, ok := m.names[word]; ok && word != "" && c.Out == "" {
				m.ofCard[i] = append(m.ofCard[i], n)
			}
		}
	}
}

func (m *floorMap) name(card string) int {
	n, ok := m.names[card]
	if !ok {
		n = len(m.names)
		m.names[card] = n
	}
	return n
}

// cheapest is the gadget that brings a card to a reader, -1 where none does.
func (m *floorMap) cheapest(reader, card int) int {
	for _, g := range m.byReader[reader] {
		*m.steps++
		if m.pool(g) == everything || slices.Contains(m.byCard[card], g) {
			return g
		}
	}
	return -1
}
