package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// failedSelectLeaves forgets where it was when it does not find something.
var failedSelectLeaves = Fault{
	Info: Info{
		ID:     "card.failed-select-leaves",
		Title:  "a SELECT that finds nothing goes back to the master file",
		Why:    "A program that looks for an optional file loses the one it was reading.",
		Owes:   nothing("as it selects by path, and nothing that is not there"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xA4 && c.P1 != 0x04 && r.SW == iso7816.FileNotFound {
				a.Process(iso7816.Command{INS: 0xA4, P2: 0x0C})
			}
			return r
		}}
	},
}
