package fault

import "time"

// NoSelectedRole is the fault provider.no-selected-role: selected_roleid is missing although a role was chosen.
var NoSelectedRole = Info{
	ID:      "provider.no-selected-role",
	Title:   "selected_roleid is missing although a role was chosen",
	Why:     "People without roles exist, and relying parties forget them.",
	Owes:    survive("let the person in without a role, or ask again; never guess one"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "selected_roleid") },
}
