package lint

// AssertionAudOther is the lint lint.assertion-aud-other: the aud of the
// client assertion is not what the provider wants.
var AssertionAudOther = Lint{
	ID:       "lint.assertion-aud-other",
	Title:    "The aud of the client assertion is not what the provider wants",
	Area:     Proving,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 9; RFC 7523 section 3 item 3; CIS2: exactly the token endpoint, with its :443",
	Advice:   "Take token_endpoint (for FAPI 2.0 the issuer) from discovery and do not tidy it up.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			for _, aud := range e.Assertion.Audience {
				if aud != s.Issuer+"/access_token" && aud != s.Issuer {
					say(e, "aud is %q", aud)
				}
			}
			if len(e.Assertion.Audience) == 0 {
				say(e, "aud is absent")
			}
		}
	},
}
