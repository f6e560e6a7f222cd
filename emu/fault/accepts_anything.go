package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// acceptsAnything does nothing and says that it went well.
var acceptsAnything = Fault{
	Info: Info{
		ID:    "card.accepts-anything",
		Title: "an unknown instruction is answered 9000",
		Why:   "A card program whose list of instructions ends without a refusal falls through to success; whoever probes by instruction is misled.",
		Owes:  nothing("as it sends no instruction the card does not have"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if r.SW == iso7816.INSUnknown || r.SW == iso7816.CLAUnknown {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
