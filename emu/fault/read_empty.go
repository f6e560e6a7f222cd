package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// readEmpty says yes and gives nothing.
var readEmpty = Fault{
	Info: Info{
		ID:     "card.read-empty",
		Title:  "reading succeeds and brings nothing",
		Why:    "Some cards answer 9000 without data for an object that was created and never filled; a client that goes by the status word alone parses nothing.",
		Params: []Param{each("read")},
		Owes:   unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = instead(v["n"], reads, func(iso7816.Command) iso7816.Response { return applet.Status(iso7816.OK) })
	},
}
