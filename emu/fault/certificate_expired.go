package fault

import "github.com/smartcard-connect/smartcard-connect/agent/testpki"

// certificateExpired: two years pass quickly.
var certificateExpired = Fault{
	Info: Info{
		ID:    "card.certificate-expired",
		Title: "both certificates expired a month ago",
		Why:   "Certificates live two years and renewal is easily forgotten; the person needs to be told so.",
		Owes:  Owes{Status: "CERTIFICATE_EXPIRED", Text: "says that the card has expired, and asks for no passcode"},
	},
	Make: func(b *Blank) {
		end := b.Now.AddDate(0, -1, 0)
		b.Identity = testpki.IssueFor(b.Identity.Holder, end.AddDate(-2, 0, 0), end)
	},
}
