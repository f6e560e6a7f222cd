package lint

// JWKSEveryLogin is the lint lint.jwks-every-login: the keys are fetched for
// every sign-in.
var JWKSEveryLogin = Lint{
	ID:       "lint.jwks-every-login",
	Title:    "The keys are fetched for every sign-in",
	Area:     Fetching,
	Severity: Advice,
	Source:   "OpenID Connect Core 1.0 section 10.1.1; CIS2 samples: on an unknown kid, at most every 300 s",
	Advice:   "Keep the key set and fetch it again when a kid is unknown.",
	Find: func(s *Subject, say Say) {
		s.everyLogin("jwks", say)
	},
}
