package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// triesUnsaid says that the passcode was wrong and not how many tries are left.
var triesUnsaid = Fault{
	Info: Info{
		ID:     "card.tries-unsaid",
		Title:  "a wrong passcode is answered without the number of tries left",
		Why:    "ISO/IEC 7816-4 allows 6300, and the first YubiKey NEOs answered 630X where the standard has 63CX (OpenSC #531, #797).",
		Params: []Param{status(0x6300, "the answer to a wrong passcode")},
		Owes:   Owes{Status: "CARD_UNREADABLE", Text: "says that the card cannot be read: nobody is asked again blindly", Wrong: 1, Lost: 1},
	},
	With: func(f *Fault, v Values) {
		f.Wrap = after(0, presents, func(_ iso7816.Command, r iso7816.Response) iso7816.Response {
			if _, wrong := r.SW.Retries(); wrong {
				return applet.Status(iso7816.SW(v["sw"]))
			}
			return r
		})
	},
}
