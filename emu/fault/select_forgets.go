package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// selectForgets logs out at each SELECT.
var selectForgets = Fault{
	Info: Info{
		ID:     "card.select-forgets",
		Title:  "selecting anything, even what is not there, forgets the passcode",
		Why:    "A card that clears all state on SELECT; a program that probes for a second application then has to ask the person again.",
		Owes:   nothing("as it selects before the passcode and not after"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xA4 {
				a.Process(iso7816.Command{INS: 0x20, P1: 0xFF, P2: 0x80})
			}
			return r
		}}
	},
}
