package attempt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Place is a reader, and what can be done there with the one card of the
// attempt. Its methods are called one after the other.
type Place interface {
	// Route has a gadget bring the card; it may be there already.
	Route(ctx context.Context) error
	// Detect returns once the reader sees the card.
	Detect(ctx context.Context) error
	// Identify is the serial number that the card says, empty where it has none.
	Identify(ctx context.Context) (serial string, err error)
	// Power gives the card power afresh, with the cell's protocol.
	Power(ctx context.Context) error
	// Tries is how many passcode tries are left. known is false where the
	// card does not tell without spending one.
	Tries(ctx context.Context) (left int, known bool, err error)
	// Judge runs the conformance process to its end, or ends it with ctx.
	Judge(ctx context.Context) error
	// Collect is what it found, with trace and logs put where they are kept.
	Collect(ctx context.Context) (result.Cell, error)
}

// ErrCard is wrapped where the card is not the one that the plan names, or comes
// out worse than it may.
var ErrCard = errors.New("the card is not as it should be")

// Attempt is one attempt at one cell.
type Attempt struct {
	Place  Place
	Serial string // of the card; empty is one that has none, and is not asked

	Leases  farm.Leases // nil: the caller holds the lease
	Holder  farm.Holder
	Devices []farm.Device
	TTL     time.Duration // of the lease; 0 is 45 s

	// Permit asks whether this card may be harmed as the cell will, and writes down
	// what it will lose; it is asked after the card has said who it is and before the
	// judge. done says how it ended, and is not called where nobody knows: then the
	// card is barred until somebody looks. Nil is for a cell that does no harm.
	Permit func(serial string) (done func(how string) error, err error)

	Deadline time.Duration // of the conformance process; 0 is 4 minutes
	Spends   int           // passcode tries that the cell may leave spent
	Now      func() time.Time
}

// Phase is a part of an attempt and how long it took.
type Phase struct {
	Name string        `json:"name"`
	Took time.Duration `json:"took_ns"`
}

// Report is how an attempt went.
type Report struct {
	farm.Outcome
	Cell   result.Cell // empty where nothing was judged
	Phases []Phase
	Unfit  string // why the card may not be used again; empty is fit
}

// Bookkeeping is all time but the judge's and the reader's for seeing the card.
func (r Report) Bookkeeping() time.Duration {
	return r.sum(func(n string) bool { return n != judge && n != detect })
}

// Took is the time of the phases with this name.
func (r Report) Took(name string) time.Duration {
	return r.sum(func(n string) bool { return n == name })
}

func (r Report) sum(which func(string) bool) (sum time.Duration) {
	for _, p := range r.Phases {
		if which(p.Name) {
			sum += p.Took
		}
	}
	return sum
}

// Names of phases that others look for.
const (
	judge  = "judge"
	detect = "detect"
	permit = "permit"
)

// going is an attempt under way.
type going struct {
	Attempt
	report Report
	grant  farm.Grant
	before int // passcode tries, -1 is unknown
	serial string
	done   func(how string) error // of the permit
}

// Run makes the attempt. It always has an answer, and has released what it held
// when it returns.
func (a Attempt) Run(ctx context.Context) Report {
	g := &going{Attempt: a, before: -1}
	g.report.Start = a.Now()
	if err := g.phase("lease", func() error { return g.lease(ctx) }); err != nil {
		g.miss("lease", err)
	} else {
		g.held(ctx)
	}
	g.report.End = a.Now()
	return g.report
}

// held does what is done under the lease. When the lease is lost everything
// ends.
func (g *going) held(ctx context.Context) {
	under, lost := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() { defer close(renewed); g.renew(under, lost) }()
	if name, err := g.prepare(under); err != nil {
		g.miss(name, err)
	} else {
		g.judge(under)
	}
	cause := context.Cause(under)
	lost(nil)
	<-renewed
	if errors.Is(cause, farm.ErrLost) {
		g.miss("lease", cause)
		return
	}
	if err := g.phase("release", func() error { return g.release(context.WithoutCancel(ctx)) }); err != nil && !errors.Is(err, farm.ErrUnavailable) {
		g.miss("release", err)
	}
}

// phase times one step.
func (g *going) phase(name string, do func() error) error {
	start := g.Now()
	err := do()
	g.report.Phases = append(g.report.Phases, Phase{name, g.Now().Sub(start)})
	return err
}

// miss is the bench's fault. What the product did until then counts for nothing.
func (g *going) miss(during string, err error) {
	g.report.Verdict, g.report.Reason = string(result.Miss), fmt.Sprintf("%s: %v", during, err)
	g.report.Result, g.report.Digest = nil, ""
}

// prepare is all before the judge; name is the step that failed.
func (g *going) prepare(ctx context.Context) (name string, err error) {
	for _, s := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"route", g.Place.Route}, {detect, g.Place.Detect}, {"identify", g.identify}, {"power", g.Place.Power}, {"counters", g.count}, {permit, g.permit},
	} {
		if err := context.Cause(ctx); err != nil {
			return s.name, err
		}
		if s.name == permit && g.Permit == nil {
			continue
		}
		if err := g.phase(s.name, func() error { return s.do(ctx) }); err != nil {
			return s.name, err
		}
	}
	return "", nil
}

func (g *going) identify(ctx context.Context) error {
	if g.Serial == "" && g.Permit == nil {
		return nil
	}
	serial, err := g.Place.Identify(ctx)
	g.serial = serial
	if err == nil && g.Serial != "" && !strings.EqualFold(serial, g.Serial) {
		err = fmt.Errorf("%w: the card in the reader is %q, and the plan names %q", ErrCard, serial, g.Serial)
	}
	return err
}

func (g *going) count(ctx context.Context) error {
	left, known, err := g.Place.Tries(ctx)
	if known && err == nil {
		g.before = left
	}
	return err
}

// permit gets leave to harm the card.
func (g *going) permit(context.Context) (err error) {
	g.done, err = g.Permit(g.serial)
	return err
}

// judge runs the conformance process and takes what it found.
func (g *going) judge(ctx context.Context) {
	limit := g.Deadline
	if limit == 0 {
		limit = 4 * time.Minute
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	judged := g.phase(judge, func() error { return g.Place.Judge(timed) })
	late := timed.Err() != nil && ctx.Err() == nil
	cancel()
	after := context.WithoutCancel(ctx)
	var found result.Cell
	collected := g.phase("collect", func() (err error) { found, err = g.Place.Collect(after); return err })
	switch {
	case late:
		g.report.Verdict, g.report.Reason = string(result.Error), fmt.Sprintf("the conformance program was ended at its deadline of %s", limit)
	case judged != nil || collected != nil:
		g.report.Verdict, g.report.Reason = string(result.Error), errors.Join(judged, collected).Error()
	default:
		g.take(found)
	}
	if err := g.phase("counters", func() error { return g.spent(after) }); err != nil {
		g.report.Unfit = err.Error()
		g.miss("counters", err)
	}
}

// take makes a result the outcome.
func (g *going) take(found result.Cell) {
	raw, err := json.Marshal(found)
	if err != nil {
		g.report.Verdict, g.report.Reason = string(result.Error), err.Error()
		return
	}
	sum := sha256.Sum256(raw)
	g.report.Cell, g.report.Result, g.report.Digest = found, raw, hex.EncodeToString(sum[:])
	g.report.Verdict, g.report.Reason = string(found.Verdict), found.Reason
}

// spent holds the card's counter against what the cell may have cost, and settles
// the permit once the counter is known.
func (g *going) spent(ctx context.Context) error {
	if g.before < 0 {
		return g.settle("its counter is not known without a try")
	}
	left, known, err := g.Place.Tries(ctx)
	if err != nil {
		return fmt.Errorf("the card had %d tries before and now does not say: %w", g.before, err)
	}
	if !known {
		return g.settle("its counter is not known any more without a try")
	}
	settled := g.settle(fmt.Sprintf("%d passcode tries left, %d before", left, g.before))
	if left < g.before-g.Spends {
		return fmt.Errorf("%w: %d passcode tries are left, %d were before, and the cell may spend %d", ErrCard, left, g.before, g.Spends)
	}
	return settled
}

func (g *going) settle(how string) error {
	if g.done == nil {
		return nil
	}
	if err := g.done(how); err != nil {
		return fmt.Errorf("how it ended was not written down: %w", err)
	}
	return nil
}
