package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// asksEachTime wants the passcode for every signature.
var asksEachTime = Fault{
	Info: Info{
		ID:    "card.asks-each-time",
		Title: "one passcode is good for one signature, whichever the key",
		Why:   "Policies meant for the content-commitment key put on both: signing in twice asks twice.",
		Owes:  nothing("as one sign-in is one signature"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		used := false
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if used && uses(c) {
				return applet.Status(iso7816.SecurityStatus)
			}
			r := a.Process(c)
			switch {
			case c.INS == 0x20:
				used = false
			case uses(c) && r.SW == iso7816.OK:
				used = true
			}
			return r
		}}
	},
}
