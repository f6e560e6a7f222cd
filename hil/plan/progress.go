package plan

import "time"

// Progress is where a plan stands while it runs. It is for one goroutine.
type Progress struct {
	left    []time.Duration // by reader: what it still has to do, as planned
	begun   map[int]time.Time
	share   map[int]time.Duration // by cell: its part of the reader's time
	reader  map[int]int           // by cell
	planned time.Duration         // of the cells that are done
	took    time.Duration         // by them
	done    int
	all     int
}

// NewProgress is the beginning of p.
func NewProgress(p Plan, cells []Cell, readers int) *Progress {
	g := &Progress{left: make([]time.Duration, readers), begun: map[int]time.Time{}, share: map[int]time.Duration{}, reader: map[int]int{}}
	for _, s := range p.Stays {
		move := s.Move
		for _, c := range s.Cells {
			g.share[c], g.reader[c] = cells[c].Estimate+move, s.Reader
			g.left[s.Reader] += g.share[c]
			move = 0
			g.all++
		}
	}
	return g
}

// Begin says that a cell runs.
func (g *Progress) Begin(cell int, at time.Time) { g.begun[cell] = at }

// End says that a cell is done, however it ended. Another attempt at it counts
// no more.
func (g *Progress) End(cell int, at time.Time) {
	share, planned := g.share[cell]
	if !planned {
		return
	}
	if begun, ok := g.begun[cell]; ok {
		g.planned, g.took = g.planned+share, g.took+at.Sub(begun)
		delete(g.begun, cell)
	}
	g.left[g.reader[cell]] -= share
	delete(g.share, cell)
	g.done++
}

// Counts are the cells that are done and all that were planned.
func (g *Progress) Counts() (done, all int) { return g.done, g.all }

// Left is the time until the last reader is done: what is planned for it, in
// the proportion in which plan and truth have stood so far.
func (g *Progress) Left(now time.Time) time.Duration {
	spent := make([]time.Duration, len(g.left))
	for cell, at := range g.begun {
		spent[g.reader[cell]] += now.Sub(at)
	}
	var longest time.Duration
	for r, left := range g.left {
		longest = max(longest, time.Duration(float64(left)*g.pace())-spent[r])
	}
	return longest
}

// pace is how much longer cells take than planned. A few say little.
func (g *Progress) pace() float64 {
	if g.done < 3 || g.planned == 0 {
		return 1
	}
	return min(max(float64(g.took)/float64(g.planned), 0.1), 10)
}
