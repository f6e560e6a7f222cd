package fault

import "time"

// missingIss is the fault provider.missing-iss: the ID token does not say who issued it.
var missingIss = Info{
	ID:      "provider.missing-iss",
	Title:   "The ID token does not say who issued it",
	Why:     "Home-made providers leave it out.",
	Source:  "OpenID Connect Core section 2",
	RPTest:  "fapi2-security-profile-final-client-test-invalid-missing-iss",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "iss") },
}
