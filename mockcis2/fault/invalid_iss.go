package fault

import "time"

// invalidIss is the fault provider.invalid-iss: the ID token is from another issuer.
var invalidIss = Info{
	ID:      "provider.invalid-iss",
	Title:   "The ID token is from another issuer",
	Why:     "A token of one environment reaches an application of another.",
	Source:  "OpenID Connect Core section 3.1.3.7, 2",
	RPTest:  "oidcc-client-test-invalid-iss",
	Owes:    refuse("refuse the ID token: iss must be the issuer exactly"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["iss"] = "https://am.elsewhere.test/openam/oauth2" },
}
