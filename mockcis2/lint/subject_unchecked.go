package lint

// SubjectUnchecked is the lint lint.subject-unchecked: an ID token without
// sub is accepted.
var SubjectUnchecked = Lint{
	ID:       "lint.subject-unchecked",
	Title:    "An ID token without sub is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 2",
	Advice:   "Require sub: it is who signed in.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.Subject == "" {
				say(*t.userinfo, "sub is absent, and the flow went on")
			}
		}
	},
}
