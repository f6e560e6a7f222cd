package lint

// TokenGet is the lint lint.token-get: the token endpoint is asked with GET.
var TokenGet = Lint{
	ID:       "lint.token-get",
	Title:    "The token endpoint is asked with GET",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 6749 section 3.2",
	Advice:   "Use POST with a form body.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("token") {
			if e.Method == "GET" {
				say(e, "GET %s", e.Path)
			}
		}
	},
}
