package fault

import "time"

// nonceInvented is the fault provider.nonce-invented: the ID token has a nonce though none was sent.
var nonceInvented = Info{
	ID:    "provider.nonce-invented",
	Title: "The ID token has a nonce though none was sent",
	Why:   "A template has the claim in it.",
	Owes:  survive("ignore it"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		if c["nonce"] == nil {
			c["nonce"] = "none-was-sent"
		}
	},
}
