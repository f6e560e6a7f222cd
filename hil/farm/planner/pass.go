package planner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/trace"
)

// Nobody is the host of a cell's last attempt, after all hosts have failed. The
// leading planner takes its work and ends it as MISS.
const Nobody = "nobody"

// Planner follows runs.
type Planner struct {
	Farm   farm.Coordinator
	Book   Book
	Holder farm.Holder // who this planner is: its machine and its start

	TTL   time.Duration   // of the leader's lease; 0 is 15 s
	Tick  time.Duration   // between two looks at all runs; 0 is 1 s
	Grace time.Duration   // after a lease's end before it counts as lost; 0 is 5 s
	Ahead int             // how much work may wait at one host; 0 is 32
	Stuck time.Duration   // after which work that waits at a living host is given up; 0 is 30 minutes
	Queue Queue           // may be nil, for one that never gives up
	Wake  <-chan struct{} // a reason to look before the next tick; may be nil
	Log   *slog.Logger
	Now   func() time.Time

	Tracer *trace.Tracer // begins the trace of each attempt that is handed out; nil begins none

	runs  map[string]Run    // by ID: a run never changes
	waits map[attempt]*wait // what was seen to wait
	tidy  time.Time         // when the queue was last asked what it has given up
}

// Queue hands out work until it gives up.
type Queue interface {
	// GiveUp ends as MISS what waits and will not be handed out any more.
	GiveUp(ctx context.Context) ([]farm.Work, error)
}

// wait is what a planner remembers of a waiting attempt.
type wait struct{ since, offered time.Time }

// attempt at a cell.
type attempt struct {
	run, cell string
	number    int
}

// view is what one look at the farm has shown.
type view struct {
	token  farm.Token // of this planner's lead
	now    time.Time
	leases map[farm.Device]farm.Record
	load   map[string]int // work that waits or runs, by host
	grace  time.Duration
}

// lost says whether an attempt that runs no longer holds its devices. The cell
// was read before the leases, so its token cannot be one that is yet to come.
func (v view) lost(p farm.Progress) bool {
	return slices.ContainsFunc(p.Work.Devices, func(d farm.Device) bool {
		r := v.leases[d]
		return !r.HeldUnder(p.Token) || r.Expired(v.now, v.grace)
	})
}

// alive says whether a host's daemon holds its own lease.
func (v view) alive(name string) bool {
	r, ok := v.leases[host.Self(name)]
	return ok && r.State == farm.Held && !r.Expired(v.now, v.grace)
}

// Pass looks at all open runs once, as the leader under a token, and does what
// there is to do.
func (p *Planner) Pass(ctx context.Context, token farm.Token) error {
	if err := p.giveUp(ctx); err != nil {
		return err
	}
	open, err := p.Book.Open(ctx)
	if err != nil {
		return err
	}
	cells := map[string]map[string]farm.Progress{}
	for _, r := range open {
		if cells[r.ID], err = p.cells(ctx, r.ID); err != nil {
			return err
		}
	}
	v, err := p.look(ctx, token)
	if err != nil {
		return err
	}
	p.count(&v, cells)
	for _, r := range open {
		if err := p.follow(ctx, r.ID, cells[r.ID], v); err != nil {
			return err
		}
	}
	return nil
}

// giveUp asks the queue now and then.
func (p *Planner) giveUp(ctx context.Context) error {
	if p.Queue == nil || p.Now().Sub(p.tidy) < 10*orElse(p.Tick, time.Second) {
		return nil
	}
	given, err := p.Queue.GiveUp(ctx)
	for _, w := range given {
		p.Log.Warn("the queue gave up", "run", w.Run, "cell", w.Cell, "attempt", w.Attempt, "host", w.Host)
	}
	if err == nil {
		p.tidy = p.Now()
	}
	return err
}

// cells are a run's records by cell.
func (p *Planner) cells(ctx context.Context, run string) (map[string]farm.Progress, error) {
	list, err := p.Farm.Run(ctx, run)
	if err != nil && !errors.Is(err, farm.ErrUnknown) {
		return nil, err
	}
	out := make(map[string]farm.Progress, len(list))
	for _, c := range list {
		out[c.Work.Cell] = c
	}
	return out, nil
}

func (p *Planner) look(ctx context.Context, token farm.Token) (view, error) {
	records, err := p.Farm.Devices(ctx)
	v := view{token: token, now: p.Now(), leases: make(map[farm.Device]farm.Record, len(records)), load: map[string]int{}, grace: orElse(p.Grace, 5*time.Second)}
	for _, r := range records {
		v.leases[r.Device] = r
	}
	return v, err
}

// count adds up what each host has before it, and forgets what waits no longer.
func (p *Planner) count(v *view, runs map[string]map[string]farm.Progress) {
	waits := map[attempt]*wait{}
	for _, cells := range runs {
		for _, c := range cells {
			if c.Phase == farm.Waiting || c.Phase == farm.Running && !v.lost(c) {
				v.load[c.Work.Host]++
			}
			if c.Phase == farm.Waiting {
				a := of(c.Work)
				if waits[a] = p.waits[a]; waits[a] == nil {
					waits[a] = &wait{since: v.now}
				}
			}
		}
	}
	p.waits = waits
}

func of(w farm.Work) attempt { return attempt{w.Run, w.Cell, w.Attempt} }

// follow brings one run forward.
func (p *Planner) follow(ctx context.Context, id string, cells map[string]farm.Progress, v view) error {
	run, err := p.run(ctx, id)
	if err != nil {
		return err
	}
	var work []farm.Work
	ended := 0
	for _, c := range run.Cells {
		progress, known := cells[c.ID]
		if known && p.final(run, progress) {
			ended++
			continue
		}
		if w, ok := p.next(run, c, progress, v); ok {
			work = append(work, w)
		}
	}
	if ended == len(run.Cells) {
		return p.close(ctx, run, cells, v)
	}
	return p.publish(ctx, work)
}

// run is a run with its cells, read once.
func (p *Planner) run(ctx context.Context, id string) (Run, error) {
	if r, ok := p.runs[id]; ok {
		return r, nil
	}
	r, err := p.Book.Read(ctx, id)
	if err != nil {
		return r, err
	}
	if p.runs == nil {
		p.runs = map[string]Run{}
	}
	p.runs[id] = r
	return r, nil
}

// final says that a cell needs no further attempt.
func (p *Planner) final(r Run, c farm.Progress) bool {
	if c.Phase != farm.Done {
		return false
	}
	inconclusive := c.Outcome.Verdict == farm.Miss || c.Outcome.Verdict == "ERROR"
	return !inconclusive || c.Work.Host == Nobody || c.Work.Attempt >= r.attempts()
}

// publish goes on where one piece of work was decided otherwise meanwhile.
func (p *Planner) publish(ctx context.Context, work []farm.Work) error {
	const batch = 100
	for part := range slices.Chunk(work, batch) {
		err := p.Farm.Publish(ctx, part...)
		if err != nil && ctx.Err() == nil && errors.Is(err, farm.ErrTaken) {
			p.Log.Info("not all was published", "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Planner) close(ctx context.Context, r Run, cells map[string]farm.Progress, v view) error {
	end := End{Time: v.now, Verdicts: map[string]int{}, Planner: v.token}
	for _, c := range r.Cells {
		end.Verdicts[cells[c.ID].Outcome.Verdict]++
		end.Attempts += cells[c.ID].Work.Attempt
	}
	if err := p.Book.Close(ctx, r.ID, end); err != nil {
		return err
	}
	delete(p.runs, r.ID)
	p.Log.Info("run ended", "run", r.ID, "verdicts", fmt.Sprint(end.Verdicts), "attempts", end.Attempts)
	return nil
}

func orElse(set, otherwise time.Duration) time.Duration {
	if set > 0 {
		return set
	}
	return otherwise
}
