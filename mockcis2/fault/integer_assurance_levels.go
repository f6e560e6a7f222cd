package fault

import "time"

// IntegerAssuranceLevels is the fault provider.integer-assurance-levels: assurance levels are numbers, not strings.
var IntegerAssuranceLevels = Info{
	ID:    "provider.integer-assurance-levels",
	Title: "Assurance levels are numbers, not strings",
	Why:   "A widely used substitute for CIS2 sends integers.",
	Owes:  either("refuse another type than CIS2's, or compare numbers with numbers"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		c["id_assurance_level"] = 3
		c["idassurancelevel"] = 3
		c["authentication_assurance_level"] = 3
	},
}
