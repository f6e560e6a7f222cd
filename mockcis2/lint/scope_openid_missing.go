package lint

import (
	"slices"
	"strings"
)

// ScopeOpenID is the lint lint.scope-openid-missing: the scope openid is not
// asked for.
var ScopeOpenID = Lint{
	ID:       "lint.scope-openid-missing",
	Title:    "The scope openid is not asked for",
	Area:     Asking,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.2.1",
	Advice:   "Put openid into scope; without it no ID token need come.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if !slices.Contains(strings.Fields(e.Value("scope")), "openid") {
				say(e, "scope is %q", e.Value("scope"))
			}
		}
	},
}
