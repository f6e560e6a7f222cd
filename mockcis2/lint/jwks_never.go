package lint

import "math"

// JWKSNever is the lint lint.jwks-never: the keys are never fetched.
var JWKSNever = Lint{
	ID:       "lint.jwks-never",
	Title:    "The keys are never fetched",
	Area:     Fetching,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 sections 3.1.3.7 item 6 and 10.1.1",
	Advice:   "Verify the signature with the keys at jwks_uri; keys built in break at the next rotation.",
	Find: func(s *Subject, say Say) {
		if !s.Complete || s.fetched("jwks", math.MaxInt) != nil {
			return
		}
		for _, t := range s.accepted() {
			say(*t.userinfo, "nobody has ever fetched the keys, and the flow went on")
		}
	},
}
