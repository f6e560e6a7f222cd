package fault

import "time"

// missingAtHash is the fault provider.missing-at-hash: at_hash is missing.
var missingAtHash = Info{
	ID:      "provider.missing-at-hash",
	Title:   "at_hash is missing",
	Why:     "It is optional in the code flow.",
	Source:  "OpenID Connect Core section 3.1.3.6",
	RPTest:  "oidcc-client-test-missing-athash",
	Owes:    survive("accept it in the code flow; the test of this name is of flows that require it"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "at_hash") },
}
