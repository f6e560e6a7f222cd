package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// environmentUnchecked takes any environment.
var environmentUnchecked = Fault{
	Info: Info{
		ID:     "card.environment-unchecked",
		Title:  "MANAGE SECURITY ENVIRONMENT is answered 9000 whatever it asks for",
		Why:    "The refusal then comes with the signature, after the person has typed the passcode.",
		Owes:   nothing("as what it asks for is right"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0x22 {
				return applet.Status(iso7816.OK)
			}
			return r
		}}
	},
}
