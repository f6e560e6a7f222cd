package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// changeUnchecked refuses a change and calls it done.
var changeUnchecked = Fault{
	Info: Info{
		ID:    "card.change-unchecked",
		Title: "a change of passcode that is refused is answered 9000",
		Why:   "A person who mistyped the old passcode believes in the new one and locks the card with it.",
		Owes:  nothing("as signing in changes no passcode"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0x24 {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
