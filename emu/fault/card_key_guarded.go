package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// cardKeyGuarded wants a passcode to open a door.
var cardKeyGuarded = Fault{
	Info: Info{
		ID:     "card.card-key-guarded",
		Title:  "the card authentication key is refused with 6982",
		Why:    "Doors and printers use this key without a person; nobody can type a passcode there.",
		Owes:   nothing("as it never uses that key"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x87 && c.P2 == 0x9E {
				return applet.Status(iso7816.SecurityStatus)
			}
			return a.Process(c)
		}}
	},
}
