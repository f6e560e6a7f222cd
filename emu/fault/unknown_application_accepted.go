package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// unknownApplicationAccepted says yes to every name.
var unknownApplicationAccepted = Fault{
	Info: Info{
		ID:    "card.unknown-application-accepted",
		Title: "selecting an application that is not there succeeds",
		Why:   "A default application that handles SELECT itself can answer 9000 to any name; a program that goes by SELECT alone takes it for its card.",
		Owes:  nothing("as it checks what answers, not that something does"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xA4 && c.P1 == 0x04 && r.SW == iso7816.FileNotFound {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
