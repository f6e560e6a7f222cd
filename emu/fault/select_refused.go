package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// selectRefused is a card with the right ATR and nothing on it.
var selectRefused = Fault{
	Info: Info{
		ID:    "card.select-refused",
		Title: "the card says it has no such application",
		Why:   "A blank card of the right make has the right ATR and no application.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xA4 {
				return applet.Status(iso7816.FileNotFound)
			}
			return applet.Status(iso7816.INSUnknown)
		}}
	},
}
