package lint

// IssuerUnchecked is the lint lint.issuer-unchecked: an ID token of another
// issuer is accepted.
var IssuerUnchecked = Lint{
	ID:       "lint.issuer-unchecked",
	Title:    "An ID token of another issuer is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.7 item 2",
	Advice:   "Compare iss exactly, with CIS2's :443.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.Issuer != s.Issuer {
				say(*t.userinfo, "iss is %q, and the flow went on", id.Issuer)
			}
		}
	},
}
