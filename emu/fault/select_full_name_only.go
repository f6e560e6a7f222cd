package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// selectFullNameOnly compares names whole.
var selectFullNameOnly = Fault{
	Info: Info{
		ID:    "card.select-full-name-only",
		Title: "an application selects by its full name only",
		Why:   "Clients of PIV select with 5 or 9 of its 11 bytes; a card that compares whole names is invisible to them.",
		Owes:  nothing("as it selects by the full name"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xA4 && c.P1 == 0x04 && len(c.Data) < 11 {
				return applet.Status(iso7816.FileNotFound)
			}
			return a.Process(c)
		}}
	},
}
