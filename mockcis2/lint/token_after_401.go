package lint

// TokenAfterRefusal is the lint lint.token-after-401: a refused access token
// is used again.
var TokenAfterRefusal = Lint{
	ID:       "lint.token-after-401",
	Title:    "A refused access token is used again",
	Area:     Using,
	Severity: Warning,
	Source:   "RFC 6750 section 3.1",
	Advice:   "invalid_token is final: end the session, or send the person to sign in again.",
	Find: func(s *Subject, say Say) {
		dead := map[string]bool{}
		for _, e := range s.asked("userinfo") {
			if dead[bearer(e)] {
				say(e, "it had been refused before")
			}
			dead[bearer(e)] = dead[bearer(e)] || e.Status() == 401
		}
	},
}
