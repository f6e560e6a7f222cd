package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// offsetIgnored begins every read at the front.
var offsetIgnored = Fault{
	Info: Info{
		ID:     "card.offset-ignored",
		Title:  "READ BINARY ignores its offset",
		Why:    "A certificate longer than 256 bytes then reads as its beginning over and over.",
		Owes:   unreadable("says that the card cannot be read: its certificate does not parse"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xB0 {
				c.P1, c.P2 = 0, 0
			}
			return a.Process(c)
		}}
	},
}
