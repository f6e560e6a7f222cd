package fault

import "github.com/smartcard-connect/smartcard-connect/agent/testpki"

// authorityCertificate is a card for an authority.
var authorityCertificate = Fault{
	Info: Info{
		ID:    "card.authority-certificate",
		Title: "the authentication certificate is that of the authority itself",
		Why:   "A certificate file mixed up at issuing: whoever reads it finds a signer of certificates, not a person.",
		Owes:  unreadable("says that the card cannot be read: an authority is no person"),
	},
	Make: func(b *Blank) {
		b.Identity.Authentication.Certificate = testpki.Authentication().Certificate
	},
}
