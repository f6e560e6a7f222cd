package fault

// invalidSigHs256 is the fault provider.invalid-sig-hs256: alg is HS256 and the signature is noise.
var invalidSigHs256 = Info{
	ID:     "provider.invalid-sig-hs256",
	Title:  "alg is HS256 and the signature is noise",
	Why:    "A library takes the algorithm from the token.",
	Source: "OpenID Connect Core section 3.1.3.7, 7",
	RPTest: "oidcc-client-test-invalid-sig-hs256",
	Owes:   refuse("refuse: RS256 was agreed"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { t.Header["alg"], t.Sign = "HS256", hs256([]byte("nobody knows this")) },
}
