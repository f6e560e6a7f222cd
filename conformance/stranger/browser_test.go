package stranger_test

import (
	"os/exec"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/judge"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: whichever channel the login page may use to hand over the id, a
// real browser gets through: browsers enforce what a script over HTTP does not,
// such as who may read an answer. Source: protocol §4.
// Turned red by: a page that sends credentials to /v1, which the agent's CORS
// answer does not allow.
func TestBrowserChannels(t *testing.T) {
	need(t, "chromium")
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	all := catalogue.All()
	check := all[slices.IndexFunc(all, func(c suite.Check) bool { return c.ID == "signin.real-browser" })]
	for _, channel := range []string{"hub", "json", "form"} {
		t.Run(channel, func(t *testing.T) {
			f := target.InProcess("9", iso7816.T1)
			f.Handover, f.Browser, f.Features = []string{channel}, path, append(f.Features, target.Browser)
			c, err := target.Open(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if s := judge.One(t.Context(), check, c, judge.Limits{}); s.Verdict != result.Pass {
				t.Errorf("%s: %s", s.Verdict, s.Reason)
			}
		})
	}
}
