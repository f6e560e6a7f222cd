package lint

// RedirectAtToken is the lint lint.redirect-at-token: the redirect_uri at the
// token endpoint is not that of the request.
var RedirectAtToken = Lint{
	ID:       "lint.redirect-at-token",
	Title:    "The redirect_uri at the token endpoint is not that of the request",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 6749 section 4.1.3",
	Advice:   "Repeat the redirect_uri of the authorization request exactly.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			if t.redeemed != nil && t.ask.Value("redirect_uri") != t.redeemed.Value("redirect_uri") {
				say(*t.redeemed, "%q was %q", t.redeemed.Value("redirect_uri"), t.ask.Value("redirect_uri"))
			}
		}
	},
}
