package lint

import (
	"slices"
	"strings"
)

// ScopeWildcard is the lint lint.scope-wildcard: everything is asked for.
var ScopeWildcard = Lint{
	ID:       "lint.scope-wildcard",
	Title:    "Everything is asked for",
	Area:     Asking,
	Severity: Warning,
	Source:   "OpenID Connect Core 1.0 section 5.4; RFC 6749 section 3.3",
	Advice:   "Ask for the scopes whose claims are used; CIS2 knows no wildcard.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			asked := strings.Fields(e.Value("scope"))
			all := len(s.Scopes) > 3
			for _, known := range s.Scopes {
				all = all && slices.Contains(asked, known)
			}
			if all || strings.Contains(e.Value("scope"), "*") {
				say(e, "scope is %q", e.Value("scope"))
			}
		}
	},
}
