package fault

import "time"

// unknownSelectedRole is the fault provider.unknown-selected-role: the selected role is none of the person's.
var unknownSelectedRole = Info{
	ID:      "provider.unknown-selected-role",
	Title:   "The selected role is none of the person's",
	Why:     "Roles are taken away between sign-in and use.",
	Owes:    refuse("refuse; never take another role instead"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["selected_roleid"] = "9999999999999999" },
}
