package fault

import "time"

// MissingAuthTime is the fault provider.missing-auth-time: the ID token lacks auth_time in spite of max_age.
var MissingAuthTime = Info{
	ID:     "provider.missing-auth-time",
	Title:  "The ID token lacks auth_time in spite of max_age",
	Why:    "The claim is optional without max_age (OpenID Connect Core section 2).",
	MustDo: "refuse the ID token",
	IDToken: func(c map[string]any, _ time.Time) {
		delete(c, "auth_time")
	},
}
