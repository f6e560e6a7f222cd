package lint

// NonceReused is the lint lint.nonce-reused: nonce is used for more than one
// sign-in.
var NonceReused = Lint{
	ID:       "lint.nonce-reused",
	Title:    "Nonce is used for more than one sign-in",
	Area:     Asking,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 sections 3.1.2.1 and 15.5.2",
	Advice:   "Make nonce anew for every request; a constant one lets an old ID token be played back.",
	Find: func(s *Subject, say Say) {
		s.reused("nonce", say)
	},
}
