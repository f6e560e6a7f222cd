package fault

import "time"

// missingAuthTime is the fault provider.missing-auth-time: the ID token does not say when the person signed in.
var missingAuthTime = Info{
	ID:      "provider.missing-auth-time",
	Title:   "The ID token does not say when the person signed in",
	Why:     "It is required only where max_age was sent.",
	Source:  "OpenID Connect Core section 2",
	Owes:    refuse("refuse where max_age was sent"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "auth_time") },
}
