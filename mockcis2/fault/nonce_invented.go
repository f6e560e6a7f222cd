package fault

import "time"

// NonceInvented is the fault provider.nonce-invented: the ID token has a nonce though none was sent.
var NonceInvented = Info{
	ID:     "provider.nonce-invented",
	Title:  "The ID token has a nonce though none was sent",
	Why:    "A template has the claim in it.",
	MustDo: "ignore it",
	IDToken: func(c map[string]any, _ time.Time) {
		if c["nonce"] == nil {
			c["nonce"] = "none-was-sent"
		}
	},
}
