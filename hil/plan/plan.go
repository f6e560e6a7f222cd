package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Options of Make. The zero value is what a bench wants.
type Options struct {
	Seed   int64         // decides between equals when stays are improved
	Switch time.Duration // what another protocol on the same card costs
	// Weight is how much longer than its move the work must be for which a
	// further card is brought in; 0 is 2.
	Weight float64
	// Slack is by how much the end may be put off to save moves, as a share;
	// 0 is 0.02.
	Slack float64
	// NoImproving keeps what the first pass found.
	NoImproving bool
	// Steps, if not nil, is told how many elementary steps the planner took:
	// groups and gadgets looked at, and stays timed.
	Steps *int
}

// Plan is which cell runs where and when.
type Plan struct {
	Stays    []Stay        `json:"stays"` // in the order of their start
	Unplaced []Unplaced    `json:"unplaced,omitempty"`
	Moves    int           `json:"moves"`
	Moving   time.Duration `json:"moving_ns"` // of all moves together
	Work     time.Duration `json:"work_ns"`   // of all cells together
	Makespan time.Duration `json:"makespan_ns"`
}

// Stay is one card in one reader, and what runs meanwhile. Readers, cards and
// cells are indexes into what Make was given.
type Stay struct {
	Reader int           `json:"reader"`
	Card   int           `json:"card"`
	Gadget string        `json:"gadget,omitempty"` // who brings the card; empty: it is there
	Move   time.Duration `json:"move_ns,omitempty"`
	Work   time.Duration `json:"work_ns"`
	Cells  []int         `json:"cells"` // in their order
	Start  time.Duration `json:"start_ns"`
	End    time.Duration `json:"end_ns"`

	group int
}

// Unplaced is a cell that cannot run on this floor.
type Unplaced struct {
	Cell   int    `json:"cell"`
	Reason string `json:"reason"`
}

// Make plans the cells that are not excluded. Errors wrap ErrInvalid.
func Make(f Floor, cells []Cell, o Options) (Plan, error) {
	if err := f.check(); err != nil {
		return Plan{}, err
	}
	if o.Weight == 0 {
		o.Weight = 2
	}
	if o.Slack == 0 {
		o.Slack = 0.02
	}
	steps := 0
	m := newMap(f, cells, o, &steps)
	p := m.lay()
	if !o.NoImproving {
		m.improve(&p)
	}
	m.finish(&p)
	if o.Steps != nil {
		*o.Steps = steps
	}
	return p, nil
}

// finish sorts the stays and what is in them, and adds up.
func (m *floorMap) finish(p *Plan) {
	m.time(p.Stays)
	slices.SortStableFunc(p.Stays, func(a, b Stay) int { return int(a.Start - b.Start) })
	p.Moves, p.Moving, p.Work, p.Makespan = 0, 0, 0, 0
	for i := range p.Stays {
		s := &p.Stays[i]
		m.sort(s.Cells)
		if s.Gadget != "" {
			p.Moves++
		}
		p.Moving += s.Move
		p.Work += s.Work
		p.Makespan = max(p.Makespan, s.End)
	}
}

// sort orders the cells of one stay: protocol changes are the rarest, builds the
// next, and long cells come first so that none begins at the very end.
func (m *floorMap) sort(cells []int) {
	slices.SortFunc(cells, func(a, b int) int {
		x, y := m.cells[a], m.cells[b]
		if c := cmp.Or(strings.Compare(x.Protocol, y.Protocol), strings.Compare(x.Build, y.Build), cmp.Compare(y.Estimate, x.Estimate),
			strings.Compare(x.Suite, y.Suite), strings.Compare(x.ID, y.ID)); c != 0 {
			return c
		}
		return a - b
	})
}
