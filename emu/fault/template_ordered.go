package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// templateOrdered wants its data in the order it likes.
var templateOrdered = Fault{
	Info: Info{
		ID:    "card.template-ordered",
		Title: "templates of key operations are refused unless in the usual order",
		Why:   "SP 800-73-4 fixes no order inside 7C; a card that does breaks with the next client.",
		Owes:  nothing("as its templates are in the usual order"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x87 && bytes.HasPrefix(c.Data, []byte{0x7C, 0x82, 0x01, 0x06, 0x81}) {
				return applet.Status(iso7816.WrongData)
			}
			if c.INS == 0x22 && bytes.HasPrefix(c.Data, []byte{0x83}) {
				return applet.Status(iso7816.WrongData)
			}
			return a.Process(c)
		}}
	},
}
