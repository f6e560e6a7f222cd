package fault

// kidAbsentMultipleJWKS is the fault provider.kid-absent-multiple-jwks: the ID token does not say which key, and there are two.
var kidAbsentMultipleJWKS = Info{
	ID:     "provider.kid-absent-multiple-jwks",
	Title:  "The ID token does not say which key, and there are two",
	Why:    "A key is being rolled by a provider that knows no kid.",
	Source: "OpenID Connect Core section 10.1",
	RPTest: "oidcc-client-test-kid-absent-multiple-jwks",
	Owes:   either("try every key, or refuse"),
	At:     []string{Token},
	Also:   []string{JWKS},
	Sealed: func(_ *Call, t *JWT) { delete(t.Header, "kid") },
	Answer: func(c *Call, a *Answer) {
		if c.Endpoint == JWKS {
			a.keys(func(list []any) []any { return append([]any{c.strange(c.Alg, "another")}, list...) })
		}
	},
}
