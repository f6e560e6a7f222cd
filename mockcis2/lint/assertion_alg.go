package lint

import "slices"

// AssertionAlg is the lint lint.assertion-alg: the client assertion is signed
// with a wrong algorithm.
var AssertionAlg = Lint{
	ID:       "lint.assertion-alg",
	Title:    "The client assertion is signed with a wrong algorithm",
	Area:     Proving,
	Severity: Error,
	Source:   "CIS2: RS256 or RS512; FAPI 2.0 section 5.4.1: PS256, ES256 or EdDSA",
	Advice:   "Sign with the algorithm that is registered; never none, never HS256 with the secret.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asserted() {
			a := e.Assertion
			if !slices.Contains([]string{"RS256", "RS512", "PS256", "ES256", "EdDSA"}, a.Alg) {
				say(e, "alg is %q", a.Alg)
			}
		}
	},
}
