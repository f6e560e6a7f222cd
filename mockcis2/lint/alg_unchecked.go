package lint

import "strings"

// AlgUnchecked is the lint lint.alg-unchecked: an unsigned ID token is
// accepted.
var AlgUnchecked = Lint{
	ID:       "lint.alg-unchecked",
	Title:    "An unsigned ID token is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.7 items 6 to 8; RFC 8725 section 3.1",
	Advice:   "Allow exactly the algorithm that is registered; never none, and no HS256 with public keys.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.Unreadable || id.Alg == "none" || id.Alg == "" || strings.HasPrefix(id.Alg, "HS") {
				say(*t.userinfo, "alg is %q, and the flow went on", id.Alg)
			}
		}
	},
}
