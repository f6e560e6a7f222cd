package fault

import "time"

// WrongNonce is the fault provider.wrong-nonce: the ID token carries another nonce.
var WrongNonce = Info{
	ID:      "provider.wrong-nonce",
	Title:   "The ID token carries another nonce",
	Why:     "A cache in front of a provider mixed two answers up (OpenID RP test nonce-invalid).",
	MustDo:  "refuse the ID token",
	IDToken: func(c map[string]any, _ time.Time) { c["nonce"] = "not-the-nonce-you-sent" },
}
