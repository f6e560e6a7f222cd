package lint

// NonceUnchecked is the lint lint.nonce-unchecked: an ID token with another
// nonce is accepted.
var NonceUnchecked = Lint{
	ID:       "lint.nonce-unchecked",
	Title:    "An ID token with another nonce is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.7 item 11",
	Advice:   "Compare nonce with the one sent, and end the sign-in when it differs or is absent.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if t.ask.Hash("nonce") != "" && id.Nonce != t.ask.Hash("nonce") {
				say(*t.userinfo, "the nonce is not the one sent, and the flow went on")
			}
		}
	},
}
