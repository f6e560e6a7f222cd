package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// selectTalks answers what nobody asked.
var selectTalks = Fault{
	Info: Info{
		ID:     "card.select-talks",
		Title:  "SELECT brings the control parameters when told not to",
		Why:    "On T=0 the answer nobody wants is announced by 61xx, which careless hosts take for a failure.",
		Owes:   nothing("as it asks for the control parameters"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xA4 && c.P2 == 0x0C {
				c.P2, c.Le = 0x00, iso7816.MaxShort
			}
			return a.Process(c)
		}}
	},
}
