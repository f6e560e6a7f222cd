package fault

// kidAbsentSingleJWKS is the fault provider.kid-absent-single-jwks: the ID token does not say which key, and there is one.
var kidAbsentSingleJWKS = Info{
	ID:     "provider.kid-absent-single-jwks",
	Title:  "The ID token does not say which key, and there is one",
	Why:    "kid is optional where there is one key.",
	Source: "OpenID Connect Core section 10.1",
	RPTest: "oidcc-client-test-kid-absent-single-jwks",
	Owes:   survive("use the only key"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { delete(t.Header, "kid") },
}
