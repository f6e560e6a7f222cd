package fault

// signingKeyRotation is the fault provider.signing-key-rotation: the key is changed just before the token is signed.
var signingKeyRotation = Info{
	ID:     "provider.signing-key-rotation",
	Title:  "The key is changed just before the token is signed",
	Why:    "Keys are rolled while people sign in.",
	Source: "OpenID Connect Core section 10.1.1",
	RPTest: "oidcc-client-test-signing-key-rotation-just-before-signing",
	Owes:   survive("fetch the keys once more when the name is unknown"),
	At:     []string{Token},
	Also:   []string{JWKS},
	Sealed: func(c *Call, t *JWT) {
		c.Memory.Swap("rotated", t.alg())
		t.byStray(c, "just-rotated")
	},
	Answer: func(c *Call, a *Answer) {
		if alg, rotated := c.Memory.Get("rotated").(string); c.Endpoint == JWKS && rotated {
			a.keys(func(list []any) []any { return append([]any{c.strange(alg, "just-rotated")}, list...) })
		}
	},
}
