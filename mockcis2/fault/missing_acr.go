package fault

import "time"

// missingAcr is the fault provider.missing-acr: acr is missing.
var missingAcr = Info{
	ID:      "provider.missing-acr",
	Title:   "acr is missing",
	Why:     "Seen in tokens of CIS2; an integrator takes it for AAL3_ANY.",
	Source:  "OpenID Connect Core section 2",
	Owes:    survive("go by authentication_assurance_level"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "acr") },
}
