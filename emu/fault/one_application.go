package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// oneApplication is never left.
var oneApplication = Fault{
	Info: Info{
		ID:    "card.one-application",
		Title: "selecting the card manager succeeds and leaves the application in charge",
		Why:   "A card program that answers SELECT itself; commands meant for one application reach another.",
		Owes:  nothing("as it selects its application and no other"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xA4 && c.P1 == 0x04 && bytes.HasPrefix(c.Data, []byte{0xA0, 0x00, 0x00, 0x00, 0x03}) {
				return applet.Status(iso7816.OK)
			}
			return a.Process(c)
		}}
	},
}
