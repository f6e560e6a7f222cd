package fault

import "time"

// missingAssuranceLevels is the fault provider.missing-assurance-levels: assurance levels are missing.
var missingAssuranceLevels = Info{
	ID:    "provider.missing-assurance-levels",
	Title: "Assurance levels are missing",
	Why:   "Substitutes for CIS2 do not know them.",
	Owes:  refuse("refuse where a level is needed: none is not three"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		for _, name := range []string{"id_assurance_level", "idassurancelevel", "authentication_assurance_level"} {
			delete(c, name)
		}
	},
}
