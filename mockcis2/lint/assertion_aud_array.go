package lint

// AssertionAudArray is the lint lint.assertion-aud-array: the aud of the
// client assertion is a list.
var AssertionAudArray = Lint{
	ID:       "lint.assertion-aud-array",
	Title:    "The aud of the client assertion is a list",
	Area:     Proving,
	Severity: Warning,
	Source:   "CIS2: aud is the token endpoint as one exact string; FAPI 2.0 section 5.3.2.1",
	Advice:   "Send aud as a single string.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if a.AudArray {
				say(e, "aud is a list of %d", len(a.Audience))
			}
		}
	},
}
