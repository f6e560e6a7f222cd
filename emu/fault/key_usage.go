package fault

import (
	"crypto/x509"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// keyUsage may decrypt and not sign.
var keyUsage = Fault{
	Info: Info{
		ID:    "card.key-usage",
		Title: "the authentication certificate is for encipherment, not for signatures",
		Why:   "The wrong template at the authority; the key signs all the same, and whoever does not look accepts it.",
		Owes: Owes{
			Status: "CARD_UNREADABLE", Except: map[string]string{"piv": "ASSERTION_REFUSED"},
			Text: "nobody is signed in with it: on AuthentIC there is no fitting certificate, with PIV the refusal is left to the identity service",
		},
	},
	Make: func(b *Blank) {
		reissue(&b.Identity.Authentication, testpki.Authentication(), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	},
}
