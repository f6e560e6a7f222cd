package lint

// PKCEMissing is the lint lint.pkce-missing: pKCE is not used.
var PKCEMissing = Lint{
	ID:       "lint.pkce-missing",
	Title:    "PKCE is not used",
	Area:     Asking,
	Severity: Warning,
	Source:   "RFC 9700 section 2.1.1",
	Advice:   "Send code_challenge with S256. CIS2 accepts it and does not ask for it.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if e.Value("code_challenge") == "" {
				say(e, "code_challenge is absent or empty")
			}
		}
	},
}
