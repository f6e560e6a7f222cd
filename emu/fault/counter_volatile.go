package fault

import (
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// counterVolatile keeps the counter where it keeps its variables.
var counterVolatile = Fault{
	Info: Info{
		ID:    "card.counter-volatile",
		Title: "spent tries come back when the card loses power or is reset",
		Why:   "A counter kept in RAM, or a transaction that rolls it back: whoever cuts the power after each wrong guess has all the guesses there are.",
		Owes:  nothing("as the counter stands where it should"),
	},
	Wrap: func(a applet.Applet) applet.Applet { return forgetful{a} },
}

// forgetful is an applet that gives all tries back at a reset.
type forgetful struct{ applet.Applet }

// Reset is the applet's, and then all counters are full.
func (f forgetful) Reset() {
	f.Applet.Reset()
	s := f.Applet.Save()
	for name, cell := range s {
		if strings.Contains(name, "pin/") && len(cell) > 1 {
			cell[1] = cell[0]
		}
	}
	_ = f.Applet.Load(s) // what Save gave fits
}
