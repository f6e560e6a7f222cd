package lint

// RefreshUnissued is the lint lint.refresh-unissued: a refresh is tried
// without a refresh token.
var RefreshUnissued = Lint{
	ID:       "lint.refresh-unissued",
	Title:    "A refresh is tried without a refresh token",
	Area:     Redeeming,
	Severity: Warning,
	Source:   "RFC 6749 section 6; CIS2 issues no refresh tokens",
	Advice:   "Send the person to sign in again; do not count on refresh tokens.",
	Find: func(s *Subject, say Say) {
		issued := map[string]bool{}
		for _, e := range s.asked("token") {
			if e.Value("grant_type") == "refresh_token" && s.Complete && !issued[e.Hash("refresh_token")] {
				say(e, "no such refresh token was given to this client")
			}
			if h := e.Got("refresh_token"); h != "" {
				issued[h] = true
			}
		}
	},
}
