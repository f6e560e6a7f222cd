package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// templateMalformed has a length byte too much.
var templateMalformed = Fault{
	Info: Info{
		ID:     "card.template-malformed",
		Title:  "the answer to SELECT is no application property template",
		Why:    "PivApplet once answered 61 80 …, a length without an end; a parser must not run past the answer.",
		Applet: "piv",
		Owes:   unreadable("says that the card cannot be read, and shows it no passcode"),
	},
	Wrap: after(0, selects, func(_ iso7816.Command, r iso7816.Response) iso7816.Response {
		if r.SW == iso7816.OK && len(r.Data) > 2 {
			r.Data = append([]byte{0x61, 0x80}, r.Data[2:]...)
		}
		return r
	}),
}
