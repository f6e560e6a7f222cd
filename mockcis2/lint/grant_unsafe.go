package lint

// GrantUnsafe is the lint lint.grant-unsafe: a grant is used that hands
// passwords or nobody over.
var GrantUnsafe = Lint{
	ID:       "lint.grant-unsafe",
	Title:    "A grant is used that hands passwords or nobody over",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 9700 section 2.4; CIS2: authorization code flow only",
	Advice:   "Use the authorization code; CIS2 has no other grant.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("token") {
			switch g := e.Value("grant_type"); g {
			case "password", "client_credentials", "implicit":
				say(e, "grant_type is %s", g)
			}
		}
	},
}
