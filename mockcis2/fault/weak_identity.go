package fault

import "time"

// weakIdentity is the fault provider.weak-identity: identity was proved to level 1 only.
var weakIdentity = Info{
	ID:      "provider.weak-identity",
	Title:   "Identity was proved to level 1 only",
	Why:     "Not every account of CIS2 was checked face to face.",
	Owes:    refuse("refuse where level 3 is needed"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["id_assurance_level"], c["idassurancelevel"] = "1", "1" },
}
