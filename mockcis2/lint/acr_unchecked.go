package lint

// ACRUnchecked is the lint lint.acr-unchecked: a weaker way of signing in
// than asked for is accepted.
var ACRUnchecked = Lint{
	ID:       "lint.acr-unchecked",
	Title:    "A weaker way of signing in than asked for is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.7 item 12; CIS2 acr values",
	Advice:   "Check acr and authentication_assurance_level against what the application needs.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if weaker(id.ACR, t.ask.Value("acr_values")) {
				say(*t.userinfo, "acr is %q, %q was asked for, and the flow went on", id.ACR, t.ask.Value("acr_values"))
			}
		}
	},
}
