// Package judge runs checks against a target and turns what they say into
// verdicts. Ginkgo runs the whole of a cell; one check alone needs no framework.
package judge

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Limits of one check. The zero value is Default.
type Limits struct {
	Time  time.Duration // the check's context ends here
	Grace time.Duration // and this much later it is abandoned
}

// Default is long enough for any healthy check and short enough for a desk.
var Default = Limits{Time: 40 * time.Second, Grace: 5 * time.Second}

func (l Limits) orDefault() Limits {
	if l.Time == 0 {
		return Default
	}
	return l
}

// One runs a check and says how it ended: nil is PASS, an error FAIL, a
// suite.Broken or a panic ERROR, a missing feature SKIP. After an error the bench
// is looked at first: a broken one makes it MISS. A check that does not
// come back after its time and grace is abandoned as ERROR, so that a call
// blocked for ever cannot hold the cell.
func One(ctx context.Context, c suite.Check, t *target.Target, l Limits) result.Spec {
	spec := describe(c)
	if missing := t.Missing(c.Requires); len(missing) > 0 {
		spec.Verdict, spec.Reason = result.Skip, "the target does not claim "+join(missing)
		return spec
	}
	if why, err := t.Recorder.Begin(ctx, c.ID); err != nil || why != "" {
		spec.Verdict, spec.Reason = unplayed(why, err)
		return spec
	}
	t.Trace.Take()
	start := time.Now()
	spec.Verdict, spec.Reason = verdict(run(ctx, c, t, l.orDefault()))
	spec.Elapsed = time.Since(start)
	spec.Verdict, spec.Reason = played(ctx, t, spec)
	if spec.Verdict == result.Fail && t.Sound != nil {
		if err := t.Sound(context.WithoutCancel(ctx)); err != nil {
			spec.Verdict, spec.Reason = result.Miss, fmt.Sprintf("the bench broke: %v (the check said: %s)", err, spec.Reason)
		}
	}
	spec.Trace = t.Trace.Take()
	return spec
}

func describe(c suite.Check) result.Spec {
	s := result.Spec{ID: c.ID, Title: c.Title, Source: c.Source, Proof: c.Proof}
	for _, f := range c.Requires {
		s.Requires = append(s.Requires, string(f))
	}
	return s
}

// run gives the check a goroutine of its own and waits for it, but not for ever.
func run(ctx context.Context, c suite.Check, t *target.Target, l Limits) error {
	ctx, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- suite.Broken{Err: fmt.Errorf("panic: %v at %s", r, where(debug.Stack()))}
			}
		}()
		done <- c.Run(ctx, t)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(l.Grace):
		return suite.Broken{Err: fmt.Errorf("the check did not end %s after its time of %s was up and was abandoned", l.Grace, l.Time)}
	}
}

// where is the line of ours that panicked, short enough for a report.
func where(stack []byte) string {
	for _, line := range strings.Split(string(stack), "\n") {
		if i := strings.Index(line, "/conformance/"); i >= 0 && strings.Contains(line, ".go:") && !strings.Contains(line, "/judge/") {
			return strings.TrimSpace(line[i+1:])
		}
	}
	return "an unknown place"
}

func verdict(err error) (result.Verdict, string) {
	var broken suite.Broken
	switch {
	case err == nil:
		return result.Pass, ""
	case errors.As(err, &broken) && broken.Bench:
		return result.Miss, err.Error()
	case errors.As(err, &broken):
		return result.Error, err.Error()
	}
	return result.Fail, err.Error()
}

func join(features []target.Feature) string {
	var out []string
	for _, f := range features {
		out = append(out, string(f))
	}
	return strings.Join(out, ", ")
}

// Worst is the verdict of a cell: FAIL before ERROR before PASS. A cell in
// which nothing passed or failed is an ERROR: green means it ran.
func Worst(specs []result.Spec) (result.Verdict, string) {
	counts := map[result.Verdict]int{}
	first := map[result.Verdict]string{}
	for _, s := range specs {
		if counts[s.Verdict]++; counts[s.Verdict] == 1 {
			first[s.Verdict] = s.ID + ": " + s.Reason
		}
	}
	for _, v := range []result.Verdict{result.Fail, result.Error, result.Miss} {
		if counts[v] > 0 {
			return v, fmt.Sprintf("%d specs, first %s", counts[v], first[v])
		}
	}
	if counts[result.Pass] == 0 {
		return result.Error, "no spec ran"
	}
	return result.Pass, ""
}
