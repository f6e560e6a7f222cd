package judge_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: failed is not broken is not skipped, and a blocked call does not
// hold the cell. Source: design §6. Turned red by: taking a panic for a
// failure, or waiting for a check for ever.
func TestVerdicts(t *testing.T) {
	for name, x := range map[string]struct {
		needs  []target.Feature
		run    func(context.Context, *target.Target) error
		want   result.Verdict
		reason string
	}{
		"nothing wrong": {run: func(context.Context, *target.Target) error { return nil }, want: result.Pass},
		"an error":      {run: func(context.Context, *target.Target) error { return errors.New("wrong answer") }, want: result.Fail, reason: "wrong answer"},
		"broken":        {run: func(context.Context, *target.Target) error { return suite.Broken{Err: errors.New("no reader")} }, want: result.Error, reason: "no reader"},
		"wrapped": {run: func(context.Context, *target.Target) error {
			return errors.Join(errors.New("x"), suite.Broken{Err: errors.New("no reader")})
		}, want: result.Error, reason: "no reader"},
		"panic":       {run: func(context.Context, *target.Target) error { panic("nil map") }, want: result.Error, reason: "nil map"},
		"blocked":     {run: func(context.Context, *target.Target) error { select {} }, want: result.Error, reason: "abandoned"},
		"too slow":    {run: func(ctx context.Context, _ *target.Target) error { <-ctx.Done(); return ctx.Err() }, want: result.Fail, reason: "deadline"},
		"not claimed": {needs: []target.Feature{target.Browser}, want: result.Skip, reason: "browser"},
	} {
		t.Run(name, func(t *testing.T) {
			tgt := &target.Target{Trace: &target.Trace{}}
			s := judge.One(context.Background(), suite.Check{ID: "x.y", Requires: x.needs, Run: x.run}, tgt, judge.Limits{Time: 50 * time.Millisecond, Grace: 50 * time.Millisecond})
			if s.Verdict != x.want || !strings.Contains(s.Reason, x.reason) {
				t.Errorf("%s %q, want %s %q", s.Verdict, s.Reason, x.want, x.reason)
			}
		})
	}
}

// Requirement: a cell in which nothing ran is not green. Source: design §6.
// Turned red by: starting from PASS.
func TestWorst(t *testing.T) {
	for want, specs := range map[result.Verdict][]result.Spec{
		result.Error: {{Verdict: result.Skip}, {Verdict: result.Skip}},
		result.Pass:  {{Verdict: result.Skip}, {Verdict: result.Pass}},
		result.Fail:  {{Verdict: result.Error}, {Verdict: result.Fail}, {Verdict: result.Pass}},
		result.Miss:  {{Verdict: result.Miss}, {Verdict: result.Pass}},
	} {
		if got, _ := judge.Worst(specs); got != want {
			t.Errorf("%v is %s, want %s", specs, got, want)
		}
	}
}
