package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// templateUnchecked works on anything.
var templateUnchecked = Fault{
	Info: Info{
		ID:    "card.template-unchecked",
		Title: "a key operation on malformed data brings 256 zero bytes",
		Why:   "An applet that ignores the error of its coprocessor hands out whatever is in the buffer.",
		Owes:  nothing("as its data are well formed"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if r.SW == iso7816.WrongData && (c.INS == 0x87 || c.INS == 0x2A) {
				return applet.Data(iso7816.Wrap(0x7C, iso7816.Wrap(0x82, make([]byte, 256))))
			}
			return r
		}}
	},
}
