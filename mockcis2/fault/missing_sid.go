package fault

import "time"

// missingSID is the fault provider.missing-sid: the ID token lacks sid.
var missingSID = Info{
	ID:    "provider.missing-sid",
	Title: "The ID token lacks sid",
	Why:   "CIS2 has it since January 2021; others do not.",
	Owes:  survive("do without back-channel logout"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		delete(c, "sid")
	},
}
