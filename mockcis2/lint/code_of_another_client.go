package lint

import "github.com/smartcard-connect/smartcard-connect/mockcis2/diary"

// CodeForeign is the lint lint.code-of-another-client: a code of another
// client is redeemed.
var CodeForeign = Lint{
	ID:       "lint.code-of-another-client",
	Title:    "A code of another client is redeemed",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 6749 sections 4.1.3 and 10.5; RFC 9700 section 4.5",
	Advice:   "Redeem only codes that came back to your own request: a foreign one was injected.",
	Find: func(s *Subject, say Say) {
		issued := map[string]string{}
		for _, f := range diary.Group(s.Entries) {
			for _, e := range f.Entries {
				if e.Endpoint != "token" && e.Got("code") != "" {
					issued[e.Got("code")] = f.Client
				}
			}
		}
		for _, e := range s.asked("token") {
			if owner := issued[e.Hash("code")]; owner != "" && owner != s.Client {
				say(e, "it belongs to %s", owner)
			}
		}
	},
}
