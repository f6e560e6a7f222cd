package fault

import "slices"

// kidAbsentSingleJWKS is the fault provider.kid-absent-single-jwks: the ID token does not say which key, and there is one.
var kidAbsentSingleJWKS = Info{
	ID:     "provider.kid-absent-single-jwks",
	Title:  "The ID token does not say which key, and there is one",
	Why:    "kid is optional where there is one key.",
	Source: "OpenID Connect Core section 10.1",
	RPTest: "oidcc-client-test-kid-absent-single-jwks",
	Owes:   survive("use the only key"),
	At:     []string{Token},
	Also:   []string{JWKS},
	Sealed: func(c *Call, t *JWT) {
		c.Memory.Swap("nameless", t.Header["kid"])
		delete(t.Header, "kid")
	},
	Answer: func(c *Call, a *Answer) {
		kid, _ := c.Memory.Get("nameless").(string)
		if c.Endpoint != JWKS || kid == "" {
			return
		}
		a.keys(func(list []any) []any {
			return slices.DeleteFunc(list, func(k any) bool { key, _ := k.(map[string]any); return key["kid"] != kid })
		})
	},
}
