package lint

// StateMissing is the lint lint.state-missing: no state is sent.
var StateMissing = Lint{
	ID:       "lint.state-missing",
	Title:    "No state is sent",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 9700 section 4.7.1; CIS2: state is always sent",
	Advice:   "Send a fresh random state with every request and check it when the browser comes back, even beside PKCE.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if e.Value("state") == "" {
				say(e, "state is absent or empty")
			}
		}
	},
}
