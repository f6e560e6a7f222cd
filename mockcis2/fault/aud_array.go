package fault

import "time"

// AudArray is the fault provider.aud-array: aud is a list of one.
var AudArray = Info{
	ID:      "provider.aud-array",
	Title:   "aud is a list of one",
	Why:     "OpenID Connect allows both shapes; CIS2 sends a string.",
	Source:  "OpenID Connect Core section 2",
	RPTest:  "fapi2-security-profile-final-client-test-valid-aud-as-array",
	Owes:    survive("accept it"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["aud"] = []any{c["aud"]} },
}
