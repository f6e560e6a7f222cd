package main

import (
	"bytes"
	"strings"
	"testing"
)

// Requirement: a run that ran nothing fails; with CI=true one that left
// something out fails; and the reason for a skip is shown.
// Turned red by: returning 0 from any of these branches.
func TestFinish(t *testing.T) {
	skip := []event{
		{Action: "output", Package: "p", Test: "TestX", Output: "=== RUN   TestX\n"},
		{Action: "output", Package: "p", Test: "TestX", Output: "    x_test.go:3: no pcscd here\n"},
		{Action: "skip", Package: "p", Test: "TestX"},
	}
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
		"skip in CI":          {append(skip, pass...), true, 1, "nothing may be left out"},
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
