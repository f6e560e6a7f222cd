package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// statusRefused does not tell its counter.
var statusRefused = Fault{
	Info: Info{
		ID:    "card.status-refused",
		Title: "VERIFY without data is answered 6700",
		Why:   "Cards without the empty VERIFY exist; a program must live without the number of tries left.",
		Owes:  unreadable("says that the card cannot be read: nobody types a passcode without knowing what a mistake costs"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x20 && c.P1 == 0 && len(c.Data) == 0 {
				return applet.Status(iso7816.WrongLength)
			}
			return a.Process(c)
		}}
	},
}
