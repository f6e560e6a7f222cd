package fault

import "time"

// missingNonce is the fault provider.missing-nonce: the ID token does not repeat the nonce.
var missingNonce = Info{
	ID:      "provider.missing-nonce",
	Title:   "The ID token does not repeat the nonce",
	Why:     "Providers that know OAuth only.",
	Source:  "OpenID Connect Core section 3.1.3.7, 11",
	RPTest:  "fapi2-security-profile-final-client-test-invalid-missing-nonce",
	Owes:    refuse("refuse the ID token: a nonce was sent"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { delete(c, "nonce") },
}
