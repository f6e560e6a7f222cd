package fault

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// smallKey has a certificate for a key that the published samples still have.
var smallKey = Fault{
	Info: Info{
		ID:    "card.small-key",
		Title: "the authentication certificate is for an RSA key of 1024 bits",
		Why:   "Old cards have such keys; Windows refuses them, and SP 800-78-4 has had none since 2014.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Make: func(b *Blank) {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			return
		}
		authority, like := testpki.Authentication(), b.Identity.Authentication.Certificate
		template := &x509.Certificate{SerialNumber: like.SerialNumber, Subject: like.Subject, NotBefore: like.NotBefore, NotAfter: like.NotAfter, KeyUsage: like.KeyUsage}
		der, err := x509.CreateCertificate(rand.Reader, template, authority.Certificate, &key.PublicKey, authority.Key)
		if err != nil {
			return
		}
		if c, err := x509.ParseCertificate(der); err == nil {
			b.Identity.Authentication.Certificate = c
		}
	},
}
