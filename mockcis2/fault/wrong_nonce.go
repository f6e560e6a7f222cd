package fault

import "time"

// WrongNonce is the fault provider.wrong-nonce: the ID token carries another nonce.
var WrongNonce = Info{
	ID:      "provider.wrong-nonce",
	Title:   "The ID token carries another nonce",
	Why:     "A cache in front of a provider mixed two answers up.",
	Source:  "OpenID Connect Core section 3.1.3.7, 11",
	RPTest:  "oidcc-client-test-nonce-invalid",
	Owes:    refuse("refuse the ID token"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["nonce"] = "not-the-nonce-you-sent" },
}
