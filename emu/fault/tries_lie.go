package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// triesLie answers the empty VERIFY with all tries left.
var triesLie = Fault{
	Info: Info{
		ID:    "card.tries-lie",
		Title: "asked for the tries left, the card always says three",
		Why:   "Some cards do not track the empty VERIFY; the answer to a wrong passcode is the truth.",
		Owes:  nothing("though the form shows a try too many after a mistake"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			_, counts := r.SW.Retries()
			if c.INS == 0x20 && c.P1 == 0 && len(c.Data) == 0 && (counts || r.SW == iso7816.MethodBlocked) {
				return applet.Status(0x63C3)
			}
			return r
		}}
	},
}
