package lint

// AssertionLong is the lint lint.assertion-long-lived: the client assertion
// lives too long.
var AssertionLong = Lint{
	ID:       "lint.assertion-long-lived",
	Title:    "The client assertion lives too long",
	Area:     Proving,
	Severity: Warning,
	Source:   "RFC 7523 section 3 item 4; CIS2 samples: 3 to 5 minutes",
	Advice:   "Let exp be 3 minutes after iat.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if a.Ends-issued(e) > 300 {
				say(e, "it lives %d s", a.Ends-issued(e))
			}
		}
	},
}
