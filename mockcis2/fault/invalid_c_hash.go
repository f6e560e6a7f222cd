package fault

import "time"

// invalidCHash is the fault provider.invalid-c-hash: c_hash is of another code.
var invalidCHash = Info{
	ID:      "provider.invalid-c-hash",
	Title:   "c_hash is of another code",
	Why:     "A code is swapped on its way.",
	Source:  "OpenID Connect Core section 3.3.2.11",
	RPTest:  "oidcc-client-test-invalid-chash",
	Owes:    either("refuse, or ignore it: it is of the hybrid flow, although CIS2 sends it"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["c_hash"] = "77QmUPtjPfzWtF2AnpK9RQ" },
}
