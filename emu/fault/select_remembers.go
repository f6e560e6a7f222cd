package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// selectRemembers gives back what another application was shown.
var selectRemembers = Fault{
	Info: Info{
		ID:    "card.select-remembers",
		Title: "selecting the application brings back the passcode that was verified before",
		Why:   "Security state kept per card instead of per application: whoever selects next inherits it.",
		Owes:  nothing("and the card is reset after use"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		var last iso7816.Command
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			switch {
			case provesPasscode(c, r):
				last = c
			case c.INS == 0xA4 && c.P1 == 0x04 && r.SW == iso7816.OK && len(last.Data) > 0:
				a.Process(last)
			}
			return r
		}}
	},
}

// provesPasscode reports whether a command was a VERIFY that succeeded.
func provesPasscode(c iso7816.Command, r iso7816.Response) bool {
	return c.INS == 0x20 && c.P1 == 0 && len(c.Data) > 0 && r.SW == iso7816.OK
}
