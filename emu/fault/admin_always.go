package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// adminAlways lets anybody administer it.
var adminAlways = Fault{
	Info: Info{
		ID:     "card.admin-always",
		Title:  "the card is written without its management key, whose answers it never checks",
		Why:    "A card left with its transport key or none: anybody can put a certificate of their own on it.",
		Owes:   nothing("as signing in writes nothing"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			admin := c.INS == 0xDB || c.INS == 0x47 || (c.INS == 0x87 && c.P2 == 0x9B)
			if admin && r.SW == iso7816.SecurityStatus {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
