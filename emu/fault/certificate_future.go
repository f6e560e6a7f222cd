package fault

import "github.com/smartcard-connect/smartcard-connect/agent/testpki"

// certificateFuture was issued for later.
var certificateFuture = Fault{
	Info: Info{
		ID:    "card.certificate-future",
		Title: "both certificates begin in a month",
		Why:   "A renewal made in advance, or an issuing system with a wrong clock; on wards it is also what a machine with a flat battery sees.",
		Owes:  Owes{Status: "CERTIFICATE_EXPIRED", Text: "says that the card is outside its validity, and asks for no passcode"},
	},
	Make: func(b *Blank) {
		begin := b.Now.AddDate(0, 1, 0)
		b.Identity = testpki.IssueFor(b.Identity.Holder, begin, begin.AddDate(2, 0, 0))
	},
}
