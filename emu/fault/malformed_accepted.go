package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// malformedAccepted reads what it likes into a command.
var malformedAccepted = Fault{
	Info: Info{
		ID:     "card.malformed-accepted",
		Title:  "GET DATA without a tag list, key generation of nothing, and a logout with data are answered 9000",
		Why:    "Parsers that stop at the first thing they do not understand and call it done.",
		Owes:   nothing("as it sends no malformed command"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if r.SW == iso7816.WrongData && (c.INS == 0xCB || c.INS == 0x47 || (c.INS == 0x20 && c.P1 == 0xFF)) {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
