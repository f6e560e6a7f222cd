package lint

// LogoutState is the lint lint.logout-state-missing: a logout that returns
// carries no state.
var LogoutState = Lint{
	ID:       "lint.logout-state-missing",
	Title:    "A logout that returns carries no state",
	Area:     Leaving,
	Severity: Advice,
	Source:   "OpenID Connect RP-Initiated Logout 1.0 section 2",
	Advice:   "Send state, so that the application can tell its own logout from one that was forced on it.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("logout") {
			if e.Value("post_logout_redirect_uri") != "" && e.Value("state") == "" {
				say(e, "state is absent or empty")
			}
		}
	},
}
