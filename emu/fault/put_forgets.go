package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// putForgets says it has written and has not.
var putForgets = Fault{
	Info: Info{
		ID:    "card.put-forgets",
		Title: "writing data or files is answered 9000 and changes nothing",
		Why:   "Memory at the end of its life: a renewal looks right until the card is used.",
		Owes:  nothing("as signing in writes nothing"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xDB || c.INS == 0xD6 || c.INS == 0xE0 || c.INS == 0xE4 {
				return applet.Status(iso7816.OK)
			}
			return a.Process(c)
		}}
	},
}
