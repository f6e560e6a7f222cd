package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// pathRefused knows files by their identifiers only.
var pathRefused = Fault{
	Info: Info{
		ID:     "card.path-refused",
		Title:  "SELECT by path and to the parent is refused with 6A86",
		Why:    "OpenSC's newer releases select by path alone.",
		Owes:   unreadable("says that the card cannot be read"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xA4 && (c.P1 == 0x03 || c.P1 == 0x08 || c.P1 == 0x09) {
				return applet.Status(iso7816.WrongP1P2)
			}
			return a.Process(c)
		}}
	},
}
