package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// unblockUnchecked refuses to unblock and calls it done.
var unblockUnchecked = Fault{
	Info: Info{
		ID:    "card.unblock-unchecked",
		Title: "RESET RETRY COUNTER that is refused is answered 9000",
		Why:   "A help desk that hears 9000 sends the person away with a card that is still locked.",
		Owes:  nothing("as signing in unblocks nothing"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0x2C {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
