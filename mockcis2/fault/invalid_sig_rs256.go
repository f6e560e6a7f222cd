package fault

// invalidSigRs256 is the fault provider.invalid-sig-rs256: the signature is wrong.
var invalidSigRs256 = Info{
	ID:     "provider.invalid-sig-rs256",
	Title:  "The signature is wrong",
	Why:    "A token was changed on its way.",
	Source: "OpenID Connect Core section 3.1.3.7, 6",
	RPTest: "oidcc-client-test-invalid-sig-rs256",
	Owes:   refuse("refuse the ID token"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		sign := t.Sign
		t.Sign = func(in []byte) []byte { s := sign(in); s[len(s)/2] ^= 1; return s }
	},
}
