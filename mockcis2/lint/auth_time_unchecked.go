package lint

// AuthTimeUnchecked is the lint lint.auth-time-unchecked: an old sign-in is
// accepted although max_age was sent.
var AuthTimeUnchecked = Lint{
	ID:       "lint.auth-time-unchecked",
	Title:    "An old sign-in is accepted although max_age was sent",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 sections 3.1.2.1 and 3.1.3.7 item 13; CIS2 change of August 2021",
	Advice:   "Check auth_time against your own max_age: the person can change the request.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			age, limited := maxAge(t.ask)
			if limited && (id.AuthTime == 0 || t.token.At.Unix()-id.AuthTime > age+60) {
				say(*t.userinfo, "auth_time is %d, max_age %d, and the flow went on", id.AuthTime, age)
			}
		}
	},
}
