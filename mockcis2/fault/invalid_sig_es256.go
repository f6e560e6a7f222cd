package fault

import "crypto/sha512"

// invalidSigEs256 is the fault provider.invalid-sig-es256: alg is ES256 and the signature is noise.
var invalidSigEs256 = Info{
	ID:     "provider.invalid-sig-es256",
	Title:  "alg is ES256 and the signature is noise",
	Why:    "A library takes the algorithm from the token.",
	Source: "OpenID Connect Core section 3.1.3.7, 7",
	RPTest: "oidcc-client-test-invalid-sig-es256",
	Owes:   refuse("refuse: RS256 was agreed"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		t.Header["alg"], t.Sign = "ES256", func(in []byte) []byte { s := sha512.Sum512(in); return s[:] }
	},
}
