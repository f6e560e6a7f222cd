package lint

// AssertionJTIMissing is the lint lint.assertion-jti-missing: the client
// assertion has no jti.
var AssertionJTIMissing = Lint{
	ID:       "lint.assertion-jti-missing",
	Title:    "The client assertion has no jti",
	Area:     Proving,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 9",
	Advice:   "Put a random jti into every assertion.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if a.ID == "" {
				say(e, "jti is absent or empty")
			}
		}
	},
}
