package lint

// ChallengeReused is the lint lint.challenge-reused: the PKCE verifier is
// constant.
var ChallengeReused = Lint{
	ID:       "lint.challenge-reused",
	Title:    "The PKCE verifier is constant",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 7636 section 7.1; RFC 9700 section 2.1.1",
	Advice:   "Make a new code_verifier for every request.",
	Find: func(s *Subject, say Say) {
		s.reused("code_challenge", say)
	},
}
