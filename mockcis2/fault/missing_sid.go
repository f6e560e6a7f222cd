package fault

import "time"

// MissingSID is the fault provider.missing-sid: the ID token lacks sid.
var MissingSID = Info{
	ID:     "provider.missing-sid",
	Title:  "The ID token lacks sid",
	Why:    "CIS2 has it since January 2021; others do not.",
	MustDo: "do without back-channel logout",
	IDToken: func(c map[string]any, _ time.Time) {
		delete(c, "sid")
	},
}
