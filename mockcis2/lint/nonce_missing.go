package lint

// NonceMissing is the lint lint.nonce-missing: no nonce is sent.
var NonceMissing = Lint{
	ID:       "lint.nonce-missing",
	Title:    "No nonce is sent",
	Area:     Asking,
	Severity: Warning,
	Source:   "OpenID Connect Core 1.0 section 3.1.2.1; CIS2: nonce is always sent",
	Advice:   "Send a fresh random nonce and compare it with the one in the ID token.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if e.Value("nonce") == "" {
				say(e, "nonce is absent or empty")
			}
		}
	},
}
