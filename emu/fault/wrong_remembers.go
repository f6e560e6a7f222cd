package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// wrongRemembers lets a wrong passcode pass unnoticed.
var wrongRemembers = Fault{
	Info: Info{
		ID:    "card.wrong-remembers",
		Title: "a wrong passcode does not end what the right one began",
		Why:   "A terminal left logged in must not stay so when somebody tries a passcode and is wrong.",
		Owes:  nothing("as a right passcode is used at once"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		var last iso7816.Command
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			_, wrong := r.SW.Retries()
			switch {
			case provesPasscode(c, r):
				last = c
			case c.INS == 0x20 && len(c.Data) > 0 && wrong && len(last.Data) > 0:
				a.Process(last)
			}
			return r
		}}
	},
}
