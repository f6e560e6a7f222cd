package lint

// NonceWeak is the lint lint.nonce-weak: nonce can be guessed.
var NonceWeak = Lint{
	ID:       "lint.nonce-weak",
	Title:    "Nonce can be guessed",
	Area:     Asking,
	Severity: Warning,
	Source:   "OpenID Connect Core 1.0 section 15.5.2",
	Advice:   "Take 128 bits or more from a cryptographic generator.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if why := weak(e.Marks["nonce"]); why != "" {
				say(e, "nonce %s: %d characters, %d different", why, e.Marks["nonce"].Length, e.Marks["nonce"].Kinds)
			}
		}
	},
}
