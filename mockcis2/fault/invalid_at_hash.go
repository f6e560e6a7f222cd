package fault

import "time"

// invalidAtHash is the fault provider.invalid-at-hash: at_hash is of another access token.
var invalidAtHash = Info{
	ID:      "provider.invalid-at-hash",
	Title:   "at_hash is of another access token",
	Why:     "An access token is swapped on its way.",
	Source:  "OpenID Connect Core section 3.1.3.8",
	RPTest:  "oidcc-client-test-invalid-athash",
	Owes:    refuse("refuse: the access token is not the one that was issued"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["at_hash"] = "77QmUPtjPfzWtF2AnpK9RQ" },
}
