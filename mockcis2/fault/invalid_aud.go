package fault

import "time"

// invalidAud is the fault provider.invalid-aud: the ID token is for another client.
var invalidAud = Info{
	ID:      "provider.invalid-aud",
	Title:   "The ID token is for another client",
	Why:     "A token that one application got is shown to another.",
	Source:  "OpenID Connect Core section 3.1.3.7, 3",
	RPTest:  "oidcc-client-test-invalid-aud",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["aud"] = "somebody-else.apps.national" },
}
