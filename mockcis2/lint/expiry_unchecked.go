package lint

// ExpiryUnchecked is the lint lint.expiry-unchecked: an expired ID token is
// accepted.
var ExpiryUnchecked = Lint{
	ID:       "lint.expiry-unchecked",
	Title:    "An expired ID token is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.7 item 9",
	Advice:   "Refuse when exp has passed; allow seconds for clocks, not minutes.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.Ends+60 < t.token.At.Unix() {
				say(*t.userinfo, "exp was %d s ago, and the flow went on", t.token.At.Unix()-id.Ends)
			}
		}
	},
}
