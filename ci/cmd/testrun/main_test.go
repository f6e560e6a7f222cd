package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Requirement: a run that ran nothing fails; with CI=true one that left
// something out fails, but for the reasons allowed word for word; and the
// reason for a skip is shown.
// Turned red by: returning 0 from any of these branches, or taking another
// reason for an allowed one.
func TestFinish(t *testing.T) {
	skip := left("no pcscd here")
	icam := left("ICAM_CARDS is not set: the GSA's ICAM test cards are no part of this repository")
	almost := left("ICAM_CARDS is not set: and something else")
	pass := []event{{Action: "pass", Package: "p", Test: "TestY"}}
	for name, c := range map[string]struct {
		events []event
		ci     bool
		exit   int
		says   string
	}{
		"nothing ran":         {nil, false, 1, "No test ran"},
		"pass":                {pass, true, 0, "1 passed, 0 failed, 0 skipped"},
		"fail":                {[]event{{Action: "fail", Package: "p", Test: "TestY"}}, false, 1, "0 passed, 1 failed"},
		"skip at a desk":      {append(skip, pass...), false, 0, "left out: p TestX: x_test.go:3: no pcscd here"},
		"skip in CI":          {append(skip, pass...), true, 1, "nothing else may be left out"},
		"allowed at a desk":   {append(icam, pass...), false, 0, "left out, allowed: p TestX: x_test.go:3: ICAM_CARDS is not set"},
		"allowed in CI":       {append(icam, pass...), true, 0, "ICAM_CARDS=DIR make test"},
		"allowed and another": {slices.Concat(icam, skip, pass), true, 1, "left out: p TestX: x_test.go:3: no pcscd here"},
		"almost allowed":      {append(almost, pass...), true, 1, "left out: p TestX: x_test.go:3: ICAM_CARDS is not set: and"},
		"only allowed":        {icam, true, 1, "No test ran"},
		"a package is a test": {[]event{{Action: "pass", Package: "p"}}, false, 1, "No test ran"},
	} {
		var out bytes.Buffer
		tl := &tally{output: map[string][]string{}, out: &out}
		for _, e := range c.events {
			tl.add(e)
		}
		if exit := tl.finish(nil, c.ci); exit != c.exit || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: exit %d, said %q", name, exit, out.String())
		}
	}
}

// left are the events of a test that skips itself.
func left(why string) []event {
	return []event{
		{Action: "output", Package: "p", Test: "TestX", Output: "=== RUN   TestX\n"},
		{Action: "output", Package: "p", Test: "TestX", Output: "    x_test.go:3: " + why + "\n"},
		{Action: "skip", Package: "p", Test: "TestX"},
	}
}
