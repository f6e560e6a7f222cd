package proof

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// Table is every cell without a fault, every check with its fault, and every fault
// with what notices it.
type Table struct {
	Suite   string        `json:"suite"` // version of the conformance program
	Healthy []Health      `json:"healthy"`
	Rows    []Row         `json:"rows"`
	Effects []Effect      `json:"effects"`
	Took    time.Duration `json:"-"`
}

// Plan is what to show. The zero Plan shows nothing.
type Plan struct {
	All    []suite.Check      // every check there is
	Prove  []suite.Check      // those of them to see red
	Every  int                // the faults of these to measure: 1 is all, 20 each twentieth, 0 none
	Brief  bool               // a fault is measured until it is clear that enough are green
	Suite  string             // version of the conformance program that does it
	Cells  int                // so many cells run at once
	Notice func(done, of int) // hears of each that is done; may be nil
}

// Make judges each cell without a fault, proves checks and measures faults.
func Make(ctx context.Context, p Plan) Table {
	start := time.Now()
	_, proves := Faults(p.All)
	ids, wards := p.measured(), p.wards()
	t := Table{Suite: p.Suite, Healthy: make([]Health, len(wards)), Rows: make([]Row, len(p.Prove)), Effects: make([]Effect, len(ids))}
	step := p.counter(len(wards) + len(p.Prove) + len(ids))
	var g errgroup.Group
	g.SetLimit(max(1, p.Cells))
	for i, w := range wards {
		g.Go(func() error { defer step(); t.Healthy[i] = w.examine(ctx, p.All); return nil })
	}
	for i, c := range p.Prove {
		g.Go(func() error { defer step(); t.Rows[i] = One(ctx, c); return nil })
	}
	_ = g.Wait() // no function returns an error
	for i, id := range ids {
		g.Go(func() error {
			defer step()
			t.Effects[i] = Of(ctx, id, proves[id], t.well(proves[id][0], p.All), p.Brief)
			return nil
		})
	}
	_ = g.Wait()
	t.settle()
	t.credit()
	t.Took = time.Since(start)
	return t
}

// counter is called for each thing that is done.
func (p Plan) counter(of int) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if done++; p.Notice != nil {
			p.Notice(done, of)
		}
	}
}

// credit adds to each fault the checks that were red for it as its proof.
func (t Table) credit() {
	red := map[string]bool{}
	for _, r := range t.Rows {
		red[r.Spec] = r.Red
	}
	for i := range t.Effects {
		e := &t.Effects[i]
		for _, id := range e.Proves {
			if red[id] {
				e.Red = append(e.Red, id)
				e.Judged++
			}
		}
	}
}

// measured are the faults to measure, sorted.
func (p Plan) measured() []string {
	ids, _ := Faults(p.Prove)
	if p.Every == 0 {
		return nil
	}
	var some []string
	for i := 0; i < len(ids); i += p.Every {
		some = append(some, ids[i])
	}
	return some
}
