package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// writeUnchecked refuses to write and calls it done.
var writeUnchecked = Fault{
	Info: Info{
		ID:     "card.write-unchecked",
		Title:  "writing, creating and deleting a file is answered 9000 when it is refused",
		Why:    "A renewal that fails half-way and is not noticed leaves a card without its certificates.",
		Owes:   nothing("as signing in writes nothing"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xD6 || c.INS == 0xE0 || c.INS == 0xE4 {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
