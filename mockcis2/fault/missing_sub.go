package fault

import "time"

// missingSub is the fault provider.missing-sub: the ID token is about nobody.
var missingSub = Info{
	ID:      "provider.missing-sub",
	Title:   "The ID token is about nobody",
	Why:     "A mapping of attributes is empty.",
	Source:  "OpenID Connect Core section 2",
	RPTest:  "oidcc-client-test-missing-sub",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "sub") },
}
