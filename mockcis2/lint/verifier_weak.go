package lint

// VerifierWeak is the lint lint.verifier-weak: the PKCE verifier can be
// guessed.
var VerifierWeak = Lint{
	ID:       "lint.verifier-weak",
	Title:    "The PKCE verifier can be guessed",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 7636 sections 4.1 and 7.1",
	Advice:   "Take 32 random bytes as 43 characters of base64url.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("token") {
			if m := e.Marks["code_verifier"]; m.Hash != "" && (m.Length < 43 || m.Kinds < 10) {
				say(e, "%d characters, %d different", m.Length, m.Kinds)
			}
		}
	},
}
