package judge

import (
	"context"
	"io"
	"sync"

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
// per process: Ginkgo keeps its tree in the process. Progress goes to w.
func Cell(ctx context.Context, checks []suite.Check, t *target.Target, l Limits, w io.Writer) []result.Spec {
	var mu sync.Mutex
	var specs []result.Spec
	ginkgo.GinkgoWriter.TeeTo(w)
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.Describe(t.Cell, func() {
		for _, c := range checks {
			ginkgo.It(c.Title, ginkgo.Label(c.ID), func() {
				s := One(ctx, c, t, l)
				mu.Lock()
				specs = append(specs, s)
				mu.Unlock()
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
	mu.Lock()
	defer mu.Unlock()
	return specs
}

// show tells Ginkgo how the spec ended. Its own words stay short: the reason is
// in the result.
func show(s result.Spec) {
	switch s.Verdict {
	case result.Skip:
		ginkgo.Skip(s.Reason)
	case result.Fail, result.Error:
		ginkgo.Fail(string(s.Verdict) + " " + s.ID + ": " + s.Reason)
	}
}
