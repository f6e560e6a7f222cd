package lint

// AssertionKid is the lint lint.assertion-kid-missing: the client assertion
// does not name its key.
var AssertionKid = Lint{
	ID:       "lint.assertion-kid-missing",
	Title:    "The client assertion does not name its key",
	Area:     Proving,
	Severity: Warning,
	Source:   "RFC 7515 section 4.1.4; OpenID Connect Core 1.0 section 10.1",
	Advice:   "Put kid into the header, or keys cannot be rolled over.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if a.KeyID == "" {
				say(e, "kid is absent or empty")
			}
		}
	},
}
