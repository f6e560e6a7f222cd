package lint

// AuthNone is the lint lint.auth-missing: the client does not say who it is.
var AuthNone = Lint{
	ID:       "lint.auth-missing",
	Title:    "The client does not say who it is",
	Area:     Proving,
	Severity: Error,
	Source:   "RFC 6749 section 3.2.1; CIS2: confidential clients only",
	Advice:   "Authenticate at the token endpoint with the registered method.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("token") {
			if e.Marks["basic"].Hash == "" && !e.Has("client_secret") && !e.Has("client_assertion") {
				say(e, "no secret and no assertion")
			}
		}
	},
}
