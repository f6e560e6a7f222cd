package fault

import "time"

// missingAud is the fault provider.missing-aud: the ID token is for nobody.
var missingAud = Info{
	ID:      "provider.missing-aud",
	Title:   "The ID token is for nobody",
	Why:     "Access tokens of CIS2 have no aud, and get mixed up with ID tokens.",
	Source:  "OpenID Connect Core section 2",
	RPTest:  "oidcc-client-test-missing-aud",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "aud") },
}
