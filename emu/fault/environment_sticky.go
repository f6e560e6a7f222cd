package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// environmentSticky never forgets which key was chosen.
var environmentSticky = Fault{
	Info: Info{
		ID:     "card.environment-sticky",
		Title:  "a key operation works without the environment being set",
		Why:    "The key another program chose signs for this one.",
		Owes:   nothing("as it sets the environment each time"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0x2A && r.SW == iso7816.ConditionsOfUse {
				template := byte(0xB6)
				if c.P1 == 0x80 {
					template = 0xB8
				}
				a.Process(iso7816.Command{INS: 0x22, P1: 0x41, P2: template, Data: []byte{0x80, 1, 0x11, 0x83, 1, 0x01}})
				return a.Process(c)
			}
			return r
		}}
	},
}
