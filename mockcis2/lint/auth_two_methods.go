package lint

// AuthTwice is the lint lint.auth-two-methods: two ways of client
// authentication at once.
var AuthTwice = Lint{
	ID:       "lint.auth-two-methods",
	Title:    "Two ways of client authentication at once",
	Area:     Proving,
	Severity: Error,
	Source:   "RFC 6749 section 2.3",
	Advice:   "Use one method, the registered one.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("token", "par", "introspect", "revoke") {
			n := 0
			for _, used := range []bool{e.Marks["basic"].Hash != "", e.Has("client_secret"), e.Has("client_assertion")} {
				if used {
					n++
				}
			}
			if n > 1 {
				say(e, "%d methods", n)
			}
		}
	},
}
