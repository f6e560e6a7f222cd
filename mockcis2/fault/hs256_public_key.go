package fault

import (
	"crypto/x509"
	"encoding/pem"
)

// hs256PublicKey is the fault provider.hs256-public-key: the ID token is sealed with the public key as if it were a secret.
var hs256PublicKey = Info{
	ID:     "provider.hs256-public-key",
	Title:  "The ID token is sealed with the public key as if it were a secret",
	Why:    "The oldest attack on JWT libraries: the algorithm is taken from the token, the key from the key set.",
	Source: "RFC 8725 section 3.1",
	Owes:   refuse("refuse: a key is for one algorithm"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		key, _ := c.Key(t.alg())
		der, _ := x509.MarshalPKIXPublicKey(key.Public()) // no other kinds of key are here
		t.Header["alg"], t.Sign = "HS256", hs256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	},
}
