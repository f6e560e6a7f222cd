package fault

import "time"

// missingAmr is the fault provider.missing-amr: amr is missing.
var missingAmr = Info{
	ID:      "provider.missing-amr",
	Title:   "amr is missing",
	Why:     "It is optional.",
	Source:  "OpenID Connect Core section 2",
	Owes:    survive("do not need it"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "amr") },
}
