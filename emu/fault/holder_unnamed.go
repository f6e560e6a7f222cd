package fault

import (
	"crypto/x509"
	"crypto/x509/pkix"
)

// holderUnnamed is somebody's card and does not say whose.
var holderUnnamed = Fault{
	Info: Info{
		ID:    "card.holder-unnamed",
		Title: "the certificates' common name has no UUID",
		Why:   "Cards for devices and for test use carry a free text there; a client that cuts at the first underscore makes a person of it.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Make: func(b *Blank) {
		reissueBoth(b, func(c *x509.Certificate) {
			c.RawSubject = nil
			c.Subject = pkix.Name{Organization: []string{"nhs"}, OrganizationalUnit: []string{"Devices"}, CommonName: "Ward 7 printer"}
		})
	},
}
