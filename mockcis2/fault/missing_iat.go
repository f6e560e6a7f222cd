package fault

import "time"

// missingIat is the fault provider.missing-iat: the ID token does not say when it was issued.
var missingIat = Info{
	ID:      "provider.missing-iat",
	Title:   "The ID token does not say when it was issued",
	Why:     "Home-made providers leave it out.",
	Source:  "OpenID Connect Core section 2",
	RPTest:  "oidcc-client-test-missing-iat",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "iat") },
}
