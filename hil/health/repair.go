package health

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Rung is one repair.
type Rung struct {
	Name string
	Do   func(ctx context.Context) error
}

// Hands are what can be done to a reader, from mild to rough. One that is nil
// cannot be done here, and is left out.
type Hands struct {
	Reconnect     func(context.Context) error // a new connection, the card as it is
	WarmReset     func(context.Context) error // the card's reset line
	Unpower       func(context.Context) error // the card's power, by the reader
	PowerCycle    func(context.Context) error // the reader's power, by its port
	RestartDaemon func(context.Context) error // pcscd: other readers of the host lose their cards
	Drain         func(context.Context) error // no more work for this host
}

// ladder is the hands in their order. A host that is drained is not good by it:
// a person is needed.
func (h Hands) ladder() (rungs []Rung) {
	for _, r := range []Rung{
		{"reconnect", h.Reconnect}, {"warm reset", h.WarmReset}, {"unpower", h.Unpower},
		{"port power cycle", h.PowerCycle}, {"daemon restart", h.RestartDaemon},
	} {
		if r.Do != nil {
			rungs = append(rungs, r)
		}
	}
	return rungs
}

// twice is how often in a row a reader must be seen good to be good.
const twice = 2

// Finding is how a look at a reader ended.
type Finding struct {
	Good    bool
	By      string   // the repair that helped; empty where none was needed
	Tried   []string // all, in their order
	Reason  string   // why it is not good
	Drained bool     // the host was
}

// Look checks a reader and repairs it as far as needed. check is such as a golden
// card's conversation; it is asked twice before its yes counts. The error is ctx's
// alone: whatever else goes wrong is the finding.
func Look(ctx context.Context, check func(context.Context) error, h Hands) (Finding, error) {
	var f Finding
	err := verify(ctx, check)
	if err == nil {
		return Finding{Good: true}, nil
	}
	why := []string{"at first: " + err.Error()}
	for _, r := range h.ladder() {
		if ctx.Err() != nil {
			return f, ctx.Err()
		}
		f.Tried = append(f.Tried, r.Name)
		err := r.Do(ctx)
		if err == nil {
			err = verify(ctx, check)
		}
		if err == nil {
			f.Good, f.By = true, r.Name
			return f, nil
		}
		why = append(why, fmt.Sprintf("after %s: %v", r.Name, err))
	}
	if ctx.Err() != nil {
		return f, ctx.Err()
	}
	if h.Drain != nil {
		f.Tried = append(f.Tried, "drain host")
		if err := h.Drain(ctx); err != nil {
			why = append(why, "drain host: "+err.Error())
		} else {
			f.Drained = true
		}
	}
	f.Reason = strings.Join(why, "; ")
	return f, nil
}

// verify asks twice.
func verify(ctx context.Context, check func(context.Context) error) error {
	for n := range twice {
		if err := errors.Join(ctx.Err(), check(ctx)); err != nil {
			if n > 0 {
				return fmt.Errorf("good once, and then: %w", err)
			}
			return err
		}
	}
	return nil
}
