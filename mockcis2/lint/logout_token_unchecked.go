package lint

// LogoutTokenUnchecked is the lint lint.logout-token-unchecked: a wrong logout token
// is accepted.
var LogoutTokenUnchecked = Lint{
	ID:       "lint.logout-token-unchecked",
	Title:    "A wrong logout token is accepted",
	Area:     Leaving,
	Severity: Error,
	Source:   "OpenID Connect Back-Channel Logout 1.0 sections 2.6 and 2.8",
	Advice:   "Validate a logout token as an ID token is, with its event, without a nonce; answer 400 to one that fails, and end no session.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.told() {
			if why := s.wrong(e); why != "" && e.Told.Accepted() {
				say(e, "%s, and the answer was %d", why, e.Told.Status)
			}
		}
	},
}
