package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// absentIsEmpty has everything.
var absentIsEmpty = Fault{
	Info: Info{
		ID:    "card.absent-is-empty",
		Title: "what is not on the card is there and empty",
		Why:   "Cards with containers made in advance answer 9000 for objects nobody wrote; a reader must not take them for written ones.",
		Owes:  nothing("as it asks for nothing that is not there"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			byName := c.INS == 0xA4 && c.P1 == 0x04
			if r.SW == iso7816.FileNotFound && !byName {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
