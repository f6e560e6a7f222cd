package lint

// UserinfoPolled is the lint lint.userinfo-polled: userinfo is polled.
var UserinfoPolled = Lint{
	ID:       "lint.userinfo-polled",
	Title:    "Userinfo is polled",
	Area:     Using,
	Severity: Warning,
	Source:   "OpenID Connect Core 1.0 section 5.3; CIS2: keep the roles in your own session",
	Advice:   "Call userinfo once after a sign-in and keep what it said; the answer does not change.",
	Find: func(s *Subject, say Say) {
		calls := map[string]int{}
		for _, e := range s.asked("userinfo") {
			calls[bearer(e)]++
			if calls[bearer(e)] == 6 {
				say(e, "sixth call with one token")
			}
		}
	},
}
