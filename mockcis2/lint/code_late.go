package lint

import "time"

// CodeLate is the lint lint.code-late: the code is redeemed late.
var CodeLate = Lint{
	ID:       "lint.code-late",
	Title:    "The code is redeemed late",
	Area:     Redeeming,
	Severity: Warning,
	Source:   "RFC 6749 section 4.1.2; RFC 9700 section 2.1.1: codes are short-lived",
	Advice:   "Redeem the code at once; after a minute it is dead.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			if t.back == nil || t.redeemed == nil {
				continue
			}
			if d := t.redeemed.At.Sub(t.back.At); d > 30*time.Second {
				say(*t.redeemed, "%s after it was issued", d.Round(time.Second))
			}
		}
	},
}
