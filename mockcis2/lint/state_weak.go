package lint

// StateWeak is the lint lint.state-weak: state can be guessed.
var StateWeak = Lint{
	ID:       "lint.state-weak",
	Title:    "State can be guessed",
	Area:     Asking,
	Severity: Warning,
	Source:   "RFC 6749 section 10.10",
	Advice:   "Take 128 bits or more from a cryptographic generator: 22 characters of base64url.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if why := weak(e.Marks["state"]); why != "" {
				say(e, "state %s: %d characters, %d different", why, e.Marks["state"].Length, e.Marks["state"].Kinds)
			}
		}
	},
}
