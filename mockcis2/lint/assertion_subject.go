package lint

// AssertionSubject is the lint lint.assertion-subject: the client assertion
// speaks of somebody else.
var AssertionSubject = Lint{
	ID:       "lint.assertion-subject",
	Title:    "The client assertion speaks of somebody else",
	Area:     Proving,
	Severity: Error,
	Source:   "RFC 7523 section 3 items 1 and 2; OpenID Connect Core 1.0 section 9",
	Advice:   "iss and sub are both the client_id.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if a.Issuer != a.Subject || a.Subject != e.Client {
				say(e, "iss %q, sub %q, client_id %q", a.Issuer, a.Subject, e.Client)
			}
		}
	},
}
