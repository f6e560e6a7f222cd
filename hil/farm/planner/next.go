package planner

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/trace"
)

// next is the attempt that a cell needs now, if it needs one.
func (p *Planner) next(r Run, c Cell, now farm.Progress, v view) (farm.Work, bool) {
	why := p.why(now, v)
	if why == "" {
		return p.again(now, v)
	}
	w := farm.Work{
		Run: r.ID, Cell: c.ID, Attempt: now.Work.Attempt + 1, Job: c.Job, Trace: c.Trace,
		Planner: v.token, Lost: now.Phase == farm.Waiting || now.Phase == farm.Running,
	}
	if now.Work.Attempt >= r.attempts() {
		return p.last(w, why), true
	}
	place, ok := p.place(c, now, v)
	if !ok {
		return w, false // no host is alive or has room: another look will tell
	}
	w.Host, w.Devices = place.Host, place.Devices
	v.load[w.Host]++
	w.Trace = p.traced(w, why)
	if w.Attempt > 1 {
		p.Log.Info("another attempt", "run", w.Run, "cell", w.Cell, "attempt", w.Attempt, "host", w.Host, "why", why)
	}
	return w, true
}

// traced is where the attempt's trace goes on: from a span of the planner's, within
// the trace of whoever asked for the run.
func (p *Planner) traced(w farm.Work, why string) string {
	if p.Tracer == nil {
		return w.Trace
	}
	ctx, end := p.Tracer.Span(trace.Resume(context.Background(), w.Trace), "hand out", trace.Run, w.Run, trace.Cell, w.Cell,
		trace.Attempt, strconv.Itoa(w.Attempt), trace.Host, w.Host, "hil.why", why)
	end(nil)
	return trace.Carry(ctx)
}

// offer is how often waiting work is offered again.
const offer = time.Minute

// again is waiting work that may have no place in the queue: whoever wrote its
// record may have died before the next step, which is this. Where it has one,
// offering it changes nothing.
func (p *Planner) again(c farm.Progress, v view) (farm.Work, bool) {
	wait := p.waits[of(c.Work)]
	if c.Phase != farm.Waiting || v.now.Sub(wait.offered) < offer {
		return farm.Work{}, false
	}
	wait.offered = v.now
	w := c.Work
	w.Planner, w.Lost = v.token, false
	return w, true
}

// why says why a cell that is not final needs another attempt, or nothing.
func (p *Planner) why(c farm.Progress, v view) string {
	var waited time.Duration
	if w := p.waits[of(c.Work)]; w != nil {
		waited = v.now.Sub(w.since)
	}
	switch {
	case c.Phase == "":
		return "it has had none"
	case c.Phase == farm.Done:
		return "it ended as " + c.Outcome.Verdict + ": " + c.Outcome.Reason
	case c.Phase == farm.Running && v.lost(c):
		return "host " + c.Work.Host + " lost the lease"
	case c.Phase == farm.Running:
		return ""
	case c.Work.Host == Nobody:
		return ""
	case !v.alive(c.Work.Host):
		return "host " + c.Work.Host + " is lost"
	case waited > orElse(p.Stuck, 30*time.Minute):
		return "it waited at host " + c.Work.Host + " for " + waited.String()
	}
	return ""
}

// place is the least busy living host that has room for a cell. The one that has
// just failed at it comes last, and among equals the first.
func (p *Planner) place(c Cell, before farm.Progress, v view) (Place, bool) {
	ahead := p.Ahead
	if ahead == 0 {
		ahead = 32
	}
	best, found := Place{}, false
	cost := func(at Place) int {
		n := v.load[at.Host]
		if at.Host == before.Work.Host {
			n += ahead
		}
		return n
	}
	for _, at := range c.Places {
		if !v.alive(at.Host) || v.load[at.Host] >= ahead || !v.obtainable(at) {
			continue
		}
		if !found || cost(at) < cost(best) {
			best, found = at, true
		}
	}
	return best, found
}

// obtainable says that no device of a place is kept from everybody.
func (v view) obtainable(at Place) bool {
	for _, d := range at.Devices {
		if s := v.leases[d].State; s == farm.Draining || s == farm.Quarantined {
			return false
		}
	}
	return true
}

// last is the attempt that ends a cell: MISS, and why.
func (p *Planner) last(w farm.Work, why string) farm.Work {
	p.Log.Warn("no host could bring a cell to its end", "run", w.Run, "cell", w.Cell, "why", why)
	w.Host = Nobody
	w.Job, _ = json.Marshal(why) // a string always can be
	return w
}
