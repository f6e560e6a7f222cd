package fault

import "time"

// NoSelectedRole is the fault provider.no-selected-role: selected_roleid is missing although a role was chosen.
var NoSelectedRole = Info{
	ID:      "provider.no-selected-role",
	Title:   "selected_roleid is missing although a role was chosen",
	Why:     "People without roles exist, and relying parties forget them.",
	MustDo:  "ask again or let the person in without a role; never guess one",
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "selected_roleid") },
}
