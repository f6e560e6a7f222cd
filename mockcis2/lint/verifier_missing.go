package lint

// VerifierMissing is the lint lint.verifier-missing: a challenge was sent and
// no verifier.
var VerifierMissing = Lint{
	ID:       "lint.verifier-missing",
	Title:    "A challenge was sent and no verifier",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 7636 section 4.5",
	Advice:   "Send code_verifier with the code.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			if t.redeemed != nil && t.ask.Value("code_challenge") != "" && t.redeemed.Value("code_verifier") == "" {
				say(*t.redeemed, "code_verifier is absent or empty")
			}
		}
	},
}
