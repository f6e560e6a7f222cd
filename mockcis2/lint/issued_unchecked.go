package lint

// IssuedUnchecked is the lint lint.issued-unchecked: an ID token without iat,
// or from the future, is accepted.
var IssuedUnchecked = Lint{
	ID:       "lint.issued-unchecked",
	Title:    "An ID token without iat, or from the future, is accepted",
	Area:     Validating,
	Severity: Warning,
	Source:   "OpenID Connect Core 1.0 sections 2 and 3.1.3.7 item 10",
	Advice:   "Require iat, and refuse one that is minutes away.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.Issued == 0 || id.Issued > t.token.At.Unix()+300 {
				say(*t.userinfo, "iat is %d, and the flow went on", id.Issued)
			}
		}
	},
}
