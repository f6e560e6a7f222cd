package fault

import (
	"crypto/rsa"
	"crypto/x509"
	_ "embed" // the key travels in the package
	"encoding/pem"
)

// weak.pem is an RSA-1024 private key, published here and good for nothing.
//
//go:embed weak.pem
var weakPEM []byte

// keyWeak is a card of an earlier decade.
var keyWeak = Fault{
	Info: Info{
		ID:    "card.key-weak",
		Title: "both keys are RSA of 1024 bits",
		Why:   "Cards issued before 2010 and re-used; NIST SP 800-131A disallows signatures below 2048 bits, and Windows ignores such certificates on PIV cards.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Make: func(b *Blank) {
		key := weakKey()
		b.Identity.Authentication.Key, b.Identity.ContentCommitment.Key = key, key
		reissueBoth(b, func(*x509.Certificate) {})
	},
}

func weakKey() *rsa.PrivateKey {
	block, _ := pem.Decode(weakPEM)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		panic("fault: weak.pem: " + err.Error())
	}
	return key
}
