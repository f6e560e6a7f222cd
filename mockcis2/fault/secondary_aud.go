package fault

import "time"

// secondaryAud is the fault provider.secondary-aud: the ID token is for another client too.
var secondaryAud = Info{
	ID:     "provider.secondary-aud",
	Title:  "The ID token is for another client too",
	Why:    "A token is made for a group of applications.",
	Source: "OpenID Connect Core section 3.1.3.7, 3",
	RPTest: "fapi2-security-profile-final-client-test-invalid-secondary-aud",
	Owes:   refuse("refuse: an audience that is not trusted is in the list"),
	At:     []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		c["aud"] = []any{c["aud"], "somebody-else.apps.national"}
		delete(c, "azp")
	},
}
