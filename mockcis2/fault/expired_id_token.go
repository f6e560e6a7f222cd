package fault

import "time"

// ExpiredIDToken is the fault provider.expired-id-token: the ID token ended an hour ago.
var ExpiredIDToken = Info{
	ID:     "provider.expired-id-token",
	Title:  "The ID token ended an hour ago",
	Why:    "Clocks drift, and old tokens are replayed.",
	Source: "OpenID Connect Core section 3.1.3.7, 9",
	RPTest: "fapi2-security-profile-final-client-test-invalid-expired-exp",
	Owes:   refuse("refuse the ID token"),
	At:     []string{Token},
	IDToken: func(c map[string]any, now time.Time) {
		c["iat"] = now.Add(-2 * time.Hour).Unix()
		c["auth_time"] = now.Add(-2 * time.Hour).Unix()
		c["exp"] = now.Add(-time.Hour).Unix()
	},
}
