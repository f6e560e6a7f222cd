package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// readRefused keeps the certificates behind the passcode.
var readRefused = Fault{
	Info: Info{
		ID:     "card.read-needs-passcode",
		Title:  "the certificates cannot be read before the passcode: 6982",
		Why:    "Some issuers guard the certificate for privacy; a client that must show whose card it is before asking has nothing to show.",
		Params: []Param{status(0x6982, "the answer to reading"), each("read")},
		Owes:   unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	With: func(f *Fault, v Values) { f.Wrap = instead(v["n"], reads, always(iso7816.SW(v["sw"]))) },
}
