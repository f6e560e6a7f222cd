package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// logoutIgnored says goodbye and stays.
var logoutIgnored = Fault{
	Info: Info{
		ID:     "card.logout-ignored",
		Title:  "VERIFY with P1 FF is answered 9000 and forgets nothing",
		Why:    "A program that logs out instead of resetting leaves the passcode to the next one.",
		Owes:   nothing("and resets the card instead of trusting a logout"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x20 && c.P1 == 0xFF {
				return applet.Status(iso7816.OK)
			}
			return a.Process(c)
		}}
	},
}
