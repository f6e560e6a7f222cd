package simulation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/plan"
)

// Size is how large a farm is simulated.
type Size struct{ Readers, Cells int }

// Result is what one farm took.
type Result struct {
	Size
	Planning  time.Duration // of this machine's time
	Following time.Duration // likewise
	Live      uint64        // bytes that plan and store keep
	Allocated uint64        // bytes that were ever asked for
	Steps     int           // of the planner
	Stays     int
	Moves     int
	Planned   time.Duration // virtual time from first to last cell, as planned
	Lasted    time.Duration // and as it came
	Traffic   Traffic
}

// Traffic is what a farm's store was asked.
type Traffic struct {
	Acquires, Renews, Releases int // of leases
	Records                    int // written by those: one a device
	Published, Begun, Ended    int // attempts at cells
	Committed                  int // cells that have their result
	Refused                    int // calls that were turned down
}

// Leases are all calls about leases.
func (t Traffic) Leases() int { return t.Acquires + t.Renews + t.Releases }

// Run plans and follows one farm. now is this machine's clock, for what it
// takes. The same seed gives the same Result but for times and bytes.
func Run(ctx context.Context, size Size, seed int64, now func() time.Time) (Result, error) {
	if size.Readers < 1 || size.Cells < 1 {
		return Result{}, fmt.Errorf("%w: a farm has readers and cells", plan.ErrInvalid)
	}
	random := rand.New(rand.NewPCG(uint64(seed), uint64(size.Readers)))
	f, cells := floor(size.Readers, random), work(size.Cells, size.Readers)
	before := inUse()
	r := Result{Size: size}
	start := now()
	p, err := plan.Make(f, cells, plan.Options{Seed: seed, Switch: time.Second, Steps: &r.Steps})
	if err != nil {
		return r, err
	}
	if len(p.Unplaced) > 0 {
		return r, fmt.Errorf("%d cells were not placed, the first because %s", len(p.Unplaced), p.Unplaced[0].Reason)
	}
	r.Planning = now().Sub(start)
	r.Stays, r.Moves, r.Planned = len(p.Stays), p.Moves, p.Makespan
	start = now()
	w := newWorld(f, cells, p, random)
	if r.Lasted, err = w.follow(ctx); err != nil {
		return r, err
	}
	r.Following, r.Traffic = now().Sub(start), w.traffic
	after := inUse()
	r.Live, r.Allocated = after.HeapAlloc-min(after.HeapAlloc, before.HeapAlloc), after.TotalAlloc-before.TotalAlloc
	runtime.KeepAlive(w)
	return r, nil
}

// inUse is what is in use once the garbage is gone.
func inUse() (m runtime.MemStats) {
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}
