package fault

import "time"

// nonceShortened is the fault provider.nonce-shortened: a nonce is cut after 64 characters.
var nonceShortened = Info{
	ID:    "provider.nonce-shortened",
	Title: "A nonce is cut after 64 characters",
	Why:   "A database column is that wide.",
	Owes:  survive("refuse the ID token"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		if nonce, ok := c["nonce"].(string); ok && len(nonce) > 64 {
			c["nonce"] = nonce[:64]
		}
	},
}
