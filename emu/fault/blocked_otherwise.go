package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// blockedOtherwise has its own word for a blocked passcode.
var blockedOtherwise = Fault{
	Info: Info{
		ID:     "card.blocked-otherwise",
		Title:  "the passcode is blocked and says so in another way than 6983",
		Why:    "Idemia's own middleware takes 6983, 6984 and 63C0 for the same thing (libelectronic-id): cards of one maker differ.",
		Params: []Param{status(0x6984, "the answer of a blocked passcode")},
		Owes:   Owes{Status: "CARD_LOCKED", Text: "says that the card is locked, and asks for nothing"},
	},
	Make: func(b *Blank) { b.TriesLeft = 0 },
	With: func(f *Fault, v Values) {
		f.Wrap = after(0, anything, func(_ iso7816.Command, r iso7816.Response) iso7816.Response {
			if r.SW == iso7816.MethodBlocked {
				return applet.Status(iso7816.SW(v["sw"]))
			}
			return r
		})
	},
}
