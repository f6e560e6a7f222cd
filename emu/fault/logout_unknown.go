package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// logoutUnknown is a card from before there was a logout.
var logoutUnknown = Fault{
	Info: Info{
		ID:     "card.logout-unknown",
		Title:  "VERIFY with P1 FF is answered 6A86",
		Why:    "SP 800-73-3 had no such command; a program must reset the card where it cannot log out.",
		Owes:   nothing("and resets the card instead of trusting a logout"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x20 && c.P1 == 0xFF {
				return applet.Status(iso7816.WrongP1P2)
			}
			return a.Process(c)
		}}
	},
}
