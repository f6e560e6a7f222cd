package fault

import "time"

// roleUnasked is the fault provider.role-unasked: selected_roleid is there though nobody asked for a role.
var roleUnasked = Info{
	ID:    "provider.role-unasked",
	Title: "selected_roleid is there though nobody asked for a role",
	Why:   "A role of the session was put into every token.",
	Owes:  survive("ignore it"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		if c["selected_roleid"] == nil {
			c["selected_roleid"] = "5555002500008888"
		}
	},
}
