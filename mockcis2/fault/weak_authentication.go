package fault

import "time"

// weakAuthentication is the fault provider.weak-authentication: authentication reached level 1 only.
var weakAuthentication = Info{
	ID:      "provider.weak-authentication",
	Title:   "Authentication reached level 1 only",
	Why:     "Users without cards sign in at the same provider.",
	Owes:    refuse("refuse where level 3 is needed: acr repeats the wish, this says what happened"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["authentication_assurance_level"] = "1" },
}
