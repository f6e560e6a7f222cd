package fault

import "time"

// invalidAzp is the fault provider.invalid-azp: the ID token was asked for by another client.
var invalidAzp = Info{
	ID:      "provider.invalid-azp",
	Title:   "The ID token was asked for by another client",
	Why:     "A gateway asks on behalf of applications.",
	Source:  "OpenID Connect Core section 3.1.3.7, 5",
	Owes:    refuse("refuse: azp must be the own client_id where it is there"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["azp"] = "somebody-else.apps.national" },
}
