package lint

// LogoutHint is the lint lint.logout-without-hint: a logout names no ID
// token.
var LogoutHint = Lint{
	ID:       "lint.logout-without-hint",
	Title:    "A logout names no ID token",
	Area:     Leaving,
	Severity: Warning,
	Source:   "OpenID Connect RP-Initiated Logout 1.0 section 2",
	Advice:   "Send id_token_hint: without it the provider must ask the person, and may not redirect.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.Entries {
			mine := e.Client == s.Client || e.Client == "" && s.sole
			if e.Endpoint == "logout" && mine && e.Value("id_token_hint") == "" {
				say(e, "id_token_hint is absent or empty")
			}
		}
	},
}
