package fault

import "time"

// NonceShortened is the fault provider.nonce-shortened: a nonce is cut after 64 characters.
var NonceShortened = Info{
	ID:     "provider.nonce-shortened",
	Title:  "A nonce is cut after 64 characters",
	Why:    "A database column is that wide.",
	MustDo: "refuse the ID token",
	IDToken: func(c map[string]any, _ time.Time) {
		if nonce, ok := c["nonce"].(string); ok && len(nonce) > 64 {
			c["nonce"] = nonce[:64]
		}
	},
}
