package fault

import "strings"

// shortKey is the fault provider.short-key: the key set has an RSA key of 1024 bits.
var shortKey = Info{
	ID:    "provider.short-key",
	Title: "The key set has an RSA key of 1024 bits",
	Why:   "Keys made in 2008 are still published somewhere.",
	Owes:  noticed("not use it"),
	At:    []string{JWKS},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			if keys, ok := d["keys"].([]any); ok {
				d["keys"] = append(keys, map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "short", "e": "AQAB", "n": "w" + strings.Repeat("A", 169) + "E"})
			}
		})
	},
}
