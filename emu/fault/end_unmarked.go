package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// endUnmarked stops without saying so.
var endUnmarked = Fault{
	Info: Info{
		ID:       "card.end-unmarked",
		Title:    "READ BINARY past the end of a file is answered 9000 with what there is",
		Why:      "Without 6282 a reader that asked for a number of bytes believes to have them.",
		Owes:     nothing("as what is read ends where its content ends"),
		Applet:   "authentic",
		Protocol: "T=1",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xB0 && r.SW == iso7816.EndOfFile {
				r.SW = iso7816.OK
			}
			return r
		}}
	},
}
