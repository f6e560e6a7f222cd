package lint

// JWKSStale is the lint lint.jwks-stale: the keys are kept for more than an
// hour.
var JWKSStale = Lint{
	ID:       "lint.jwks-stale",
	Title:    "The keys are kept for more than an hour",
	Area:     Fetching,
	Severity: Advice,
	Source:   "OpenID Connect Core 1.0 section 10.1.1; CIS2 discovery: do not cache longer than 1 hour",
	Advice:   "Forget the key set after an hour, so that a withdrawn key stops counting.",
	Find: func(s *Subject, say Say) {
		s.stale("jwks", say)
	},
}
