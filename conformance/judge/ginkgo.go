package judge

import (
	"context"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// failed is the least that Ginkgo needs from a testing framework.
type failed struct{ yes bool }

// Fail is Ginkgo's word that the suite is red.
func (f *failed) Fail() { f.yes = true }

// Cell runs the checks against the target by Ginkgo, in an order made from the
// target's seed, and returns their results in that order. It may be called once
// per process: Ginkgo keeps its tree in the process, and writes its progress to
// standard output.
func Cell(ctx context.Context, checks []suite.Check, t *target.Target, l Limits) []result.Spec {
	var specs []result.Spec
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.Describe(t.Cell, func() {
		for _, c := range checks {
			ginkgo.It(c.Title, ginkgo.Label(c.ID), func() {
				s := after(ctx, specs, c, t, l)
				specs = append(specs, s)
				show(s)
			})
		}
	})
	config, reporter := ginkgo.GinkgoConfiguration()
	config.FailOnEmpty, config.FailOnPending, config.RandomizeAllSpecs = true, true, true
	if t.Seed != 0 {
		config.RandomSeed = t.Seed
	}
	reporter.NoColor, reporter.Succinct = true, true
	ginkgo.RunSpecs(&failed{}, t.Cell, config, reporter)
	return specs
}

// after is One, unless the bench broke before: then nothing more can be found
// out, and waiting for a dead reader again and again would only take time.
func after(ctx context.Context, done []result.Spec, c suite.Check, t *target.Target, l Limits) result.Spec {
	for _, s := range done {
		if s.Verdict == result.Miss {
			spec := describe(c)
			spec.Verdict, spec.Reason = result.Miss, "the bench broke earlier, in "+s.ID
			return spec
		}
	}
	return One(ctx, c, t, l)
}

// show tells Ginkgo how the spec ended. Its own words stay short: the reason is
// in the result.
func show(s result.Spec) {
	switch s.Verdict {
	case result.Skip:
		ginkgo.Skip(s.Reason)
	case result.Fail, result.Error, result.Miss:
		ginkgo.Fail(string(s.Verdict) + " " + s.ID + ": " + s.Reason)
	}
}
