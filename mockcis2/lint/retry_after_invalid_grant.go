package lint

// RetryAfterGrant is the lint lint.retry-after-invalid-grant: the same grant
// is tried again after invalid_grant.
var RetryAfterGrant = Lint{
	ID:       "lint.retry-after-invalid-grant",
	Title:    "The same grant is tried again after invalid_grant",
	Area:     Redeeming,
	Severity: Warning,
	Source:   "RFC 6749 section 5.2",
	Advice:   "invalid_grant is final: begin a new sign-in.",
	Find: func(s *Subject, say Say) {
		dead := map[string]bool{}
		for _, e := range s.asked("token") {
			h := e.Hash("code") + e.Hash("refresh_token")
			if dead[h] {
				say(e, "it had been refused before")
			}
			dead[h] = dead[h] || h != "" && e.Refused() == "invalid_grant"
		}
	},
}
