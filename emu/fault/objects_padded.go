package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// objectsPadded hands out its whole buffer.
var objectsPadded = Fault{
	Info: Info{
		ID:     "card.objects-padded",
		Title:  "a data object is followed by bytes that belong to nothing",
		Why:    "A card with containers of fixed size returns the container, not the object.",
		Owes:   nothing("as what follows an object is left alone"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB && len(r.Data) > 0 {
				r.Data = append(r.Data, 0x00, 0x00)
			}
			return r
		}}
	},
}
