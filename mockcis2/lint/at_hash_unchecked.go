package lint

// AtHashUnchecked is the lint lint.at-hash-unchecked: an access token that is
// not the ID token's is accepted.
var AtHashUnchecked = Lint{
	ID:       "lint.at-hash-unchecked",
	Title:    "An access token that is not the ID token's is accepted",
	Area:     Validating,
	Severity: Warning,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.8",
	Advice:   "Compare at_hash where it is there.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.AtWrong {
				say(*t.userinfo, "at_hash is of another token, and the flow went on")
			}
		}
	},
}
