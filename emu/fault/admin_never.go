package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// adminNever does not know its own administrator.
var adminNever = Fault{
	Info: Info{
		ID:     "card.admin-never",
		Title:  "every answer to the management key's questions is refused with 6982",
		Why:    "The key in the issuer's records is not the one on the card; it can never be renewed.",
		Owes:   nothing("as signing in needs no management key"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0x87 && c.P2 == 0x9B && len(c.Data) > 4 {
				return applet.Status(iso7816.SecurityStatus)
			}
			return a.Process(c)
		}}
	},
}
