package lint

// AssertionExpired is the lint lint.assertion-expired: the client assertion
// is expired or has no end.
var AssertionExpired = Lint{
	ID:       "lint.assertion-expired",
	Title:    "The client assertion is expired or has no end",
	Area:     Proving,
	Severity: Error,
	Source:   "RFC 7523 section 3 item 4",
	Advice:   "Make a new assertion for each request, on a clock that is kept right.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if a.Ends == 0 || a.Ends < e.At.Unix() {
				say(e, "exp is %d, the provider's clock %d", a.Ends, e.At.Unix())
			}
		}
	},
}
