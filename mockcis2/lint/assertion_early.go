package lint

// AssertionEarly is the lint lint.assertion-early: the client assertion comes
// from the future.
var AssertionEarly = Lint{
	ID:       "lint.assertion-early",
	Title:    "The client assertion comes from the future",
	Area:     Proving,
	Severity: Warning,
	Source:   "RFC 7523 section 3 items 5 and 6",
	Advice:   "Keep the clock right, or set iat and nbf a few seconds back.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if max(a.Issued, a.Begins) > e.At.Unix()+1 {
				say(e, "iat or nbf is %d s ahead", max(a.Issued, a.Begins)-e.At.Unix())
			}
		}
	},
}
