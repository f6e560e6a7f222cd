package lint

// VerifierShown is the lint lint.verifier-shown: the verifier was sent as the
// challenge.
var VerifierShown = Lint{
	ID:       "lint.verifier-shown",
	Title:    "The verifier was sent as the challenge",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 7636 section 4.2",
	Advice:   "The challenge is the base64url of the SHA-256 of the verifier.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			if t.redeemed != nil && t.redeemed.Hash("code_verifier") != "" && t.redeemed.Hash("code_verifier") == t.ask.Hash("code_challenge") {
				say(*t.redeemed, "code_verifier equals code_challenge")
			}
		}
	},
}
