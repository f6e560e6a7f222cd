package fault

// KeyNotInJWKS is the fault provider.key-not-in-jwks: tokens are signed by a key that is not published.
var KeyNotInJWKS = Info{
	ID:     "provider.key-not-in-jwks",
	Title:  "Tokens are signed by a key that is not published",
	Why:    "A key was rolled before it was published (OpenID RP test idtoken-sig).",
	MustDo: "refuse the token after fetching the keys once more",
}
