package fault

import "github.com/smartcard-connect/smartcard-connect/agent/testpki"

// certificateExpired: two years pass quickly.
var certificateExpired = Fault{
	Info: Info{
		ID:     "card.certificate-expired",
		Title:  "both certificates have expired",
		Why:    "Certificates live two years and renewal is easily forgotten; the person needs to be told so.",
		Params: []Param{number("days", 30, 1, 3650, "for how many days")},
		Owes:   Owes{Status: "CERTIFICATE_EXPIRED", Text: "says that the card has expired, and asks for no passcode"},
	},
	With: func(f *Fault, v Values) {
		f.Make = func(b *Blank) {
			end := b.Now.AddDate(0, 0, -v["days"])
			b.Identity = testpki.IssueFor(b.Identity.Holder, end.AddDate(-2, 0, 0), end)
		}
	},
}
