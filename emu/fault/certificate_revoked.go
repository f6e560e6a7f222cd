package fault

import (
	"crypto/x509"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// certificateRevoked has the serial number that the toy authority's list has
// named as long as there was one: a card reported lost.
var certificateRevoked = Fault{
	Info: Info{
		ID:    "card.certificate-revoked",
		Title: "both certificates are revoked: their serial number is that of a card reported lost",
		Why:   "Lost cards are found and used; the card itself knows nothing of it, only the authority's list does.",
		Owes:  Owes{Status: "ASSERTION_REFUSED", Text: "the identity service refuses the card, and the person hears that it did"},
	},
	Make: func(b *Blank) {
		reissueBoth(b, func(c *x509.Certificate) { c.SerialNumber = testpki.Lost() })
	},
}
