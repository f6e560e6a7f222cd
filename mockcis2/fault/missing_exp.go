package fault

import "time"

// missingExp is the fault provider.missing-exp: the ID token never ends.
var missingExp = Info{
	ID:      "provider.missing-exp",
	Title:   "The ID token never ends",
	Why:     "Home-made providers leave it out.",
	Source:  "OpenID Connect Core section 2",
	RPTest:  "fapi2-security-profile-final-client-test-invalid-missing-exp",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "exp") },
}
