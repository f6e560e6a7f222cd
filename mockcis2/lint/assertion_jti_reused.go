package lint

// AssertionJTIReused is the lint lint.assertion-jti-reused: a jti is used for
// more than one assertion.
var AssertionJTIReused = Lint{
	ID:       "lint.assertion-jti-reused",
	Title:    "A jti is used for more than one assertion",
	Area:     Proving,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 9; RFC 7523 section 3 item 7",
	Advice:   "Sign a new assertion with a new jti for every request, retries too.",
	Find: func(s *Subject, say Say) {
		first := map[string]int{}
		for _, e := range s.asserted() {
			if seq, seen := first[e.Assertion.ID]; seen && e.Assertion.ID != "" {
				say(e, "it is that of entry %d", seq)
			} else {
				first[e.Assertion.ID] = e.Seq
			}
		}
	},
}
