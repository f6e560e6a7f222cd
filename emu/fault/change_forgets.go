package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// changeForgets says yes to a change and makes none.
var changeForgets = Fault{
	Info: Info{
		ID:    "card.change-forgets",
		Title: "changing and unblocking a passcode is answered 9000 and changes nothing",
		Why:   "A write that fails and is not noticed: the person remembers a passcode that the card does not know.",
		Owes:  nothing("as signing in changes no passcode"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x24 || c.INS == 0x2C {
				return applet.Status(iso7816.OK)
			}
			return a.Process(c)
		}}
	},
}
