package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Placement is a cell with where it is to run, for the farm.
type Placement struct {
	Cell   int           // index
	Start  time.Duration // as planned
	Places []Place       // the planned one, then others on other hosts
}

// Place is a host with all that has to be leased there.
type Place struct {
	Host    string
	Devices []farm.Device
}

// others is how many places a cell has beside the planned one, for when its host
// is lost.
const others = 2

// Placements are the planned cells in the order of their start. f and cells are
// what p was made of.
func (p Plan) Placements(f Floor, cells []Cell) []Placement {
	steps := 0
	m := newMap(f, cells, Options{}, &steps)
	able := map[string][]int{}
	for i, r := range f.Readers {
		if r.Out == "" {
			able[""] = append(able[""], i)
			able[r.Name()] = append(able[r.Name()], i)
			if r.Model != "" {
				able[r.Model] = append(able[r.Model], i)
			}
		}
	}
	var out []Placement
	for _, s := range p.Stays {
		at := s.Start + s.Move
		for _, c := range s.Cells {
			x := Placement{Cell: c, Start: at, Places: []Place{f.place(s.Reader, s.Card)}}
			x.Places = append(x.Places, m.elsewhere(s, able[cells[c].Reader])...)
			out = append(out, x)
			at += cells[c].Estimate
		}
	}
	slices.SortStableFunc(out, func(a, b Placement) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// elsewhere are places on other hosts to which the stay's card can be brought. Not
// all readers are looked at, and each stay begins at another.
func (m *floorMap) elsewhere(s Stay, able []int) (places []Place) {
	hosts := []string{m.Readers[s.Reader].Host}
	for n := range min(len(able), 64) {
		r := able[(s.Reader+n*17)%len(able)]
		if len(places) == others {
			break
		}
		if !slices.Contains(hosts, m.Readers[r].Host) && m.cheapest(r, s.Card) >= 0 {
			hosts = append(hosts, m.Readers[r].Host)
			places = append(places, m.place(r, s.Card))
		}
	}
	return places
}

// place is what a card in a reader needs.
func (f Floor) place(reader, card int) Place {
	r, c := f.Readers[reader], f.Cards[card]
	p := Place{Host: r.Host, Devices: []farm.Device{r.device(), c.device()}}
	if r.Port != "" {
		p.Devices = append(p.Devices, r.port())
	}
	return p
}
