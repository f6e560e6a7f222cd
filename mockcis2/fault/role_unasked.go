package fault

import "time"

// RoleUnasked is the fault provider.role-unasked: selected_roleid is there though nobody asked for a role.
var RoleUnasked = Info{
	ID:     "provider.role-unasked",
	Title:  "selected_roleid is there though nobody asked for a role",
	Why:    "A role of the session was put into every token.",
	MustDo: "ignore it",
	IDToken: func(c map[string]any, _ time.Time) {
		if c["selected_roleid"] == nil {
			c["selected_roleid"] = "5555002500008888"
		}
	},
}
