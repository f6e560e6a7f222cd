package fault

// KeyNotInJWKS is the fault provider.key-not-in-jwks: tokens are signed by a key that is not published.
var KeyNotInJWKS = Info{
	ID:     "provider.key-not-in-jwks",
	Title:  "Tokens are signed by a key that is not published",
	Why:    "A key was rolled before it was published.",
	Source: "OpenID Connect Core section 10.1",
	Owes:   refuse("refuse the token after fetching the keys once more"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { t.byStray(c, "not-published") },
}
