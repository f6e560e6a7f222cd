package lint

import (
	"slices"
	"strings"
)

// ScopeUnknown is the lint lint.scope-unknown: a scope is asked for that is
// not registered.
var ScopeUnknown = Lint{
	ID:       "lint.scope-unknown",
	Title:    "A scope is asked for that is not registered",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 6749 section 3.3; CIS2 scopes and claims",
	Advice:   "Ask for registered scopes only; CIS2 refuses the whole request otherwise.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			for _, scope := range strings.Fields(e.Value("scope")) {
				if len(s.Scopes) > 0 && !slices.Contains(s.Scopes, scope) && !strings.Contains(scope, "*") {
					say(e, "scope %q", scope)
				}
			}
		}
	},
}
