package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// templateMissing selects without a word.
var templateMissing = Fault{
	Info: Info{
		ID:    "card.template-missing",
		Title: "selecting the application brings no data",
		Why:   "Some cards answer SELECT with the status word alone; who reads the application's properties then has none.",
		Owes:  unreadable("says that the card cannot be read, and shows it no passcode"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xA4 && r.SW == iso7816.OK {
				r.Data = nil
			}
			return r
		}}
	},
}
