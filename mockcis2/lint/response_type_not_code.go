package lint

// ResponseTypeNotCode is the lint lint.response-type-not-code: tokens are
// asked for in the front channel.
var ResponseTypeNotCode = Lint{
	ID:       "lint.response-type-not-code",
	Title:    "Tokens are asked for in the front channel",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 9700 section 2.1.2; CIS2: authorization code flow only",
	Advice:   "Use response_type=code.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if v := e.Value("response_type"); v != "code" {
				say(e, "response_type is %q", v)
			}
		}
	},
}
