package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// adminUnproven accepts its administrator and proves nothing.
var adminUnproven = Fault{
	Info: Info{
		ID:     "card.admin-unproven",
		Title:  "the card's own proof of the management key has one wrong bit",
		Why:    "In a mutual authentication the host must notice a card that only pretends to have the key.",
		Owes:   nothing("as signing in needs no management key"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if n := len(r.Data); c.INS == 0x87 && c.P2 == 0x9B && len(c.Data) > 4 && n > 0 {
				r.Data[n-1] ^= 1
			}
			return r
		}}
	},
}
