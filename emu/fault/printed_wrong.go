package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// printedWrong has another person's name printed on it.
var printedWrong = Fault{
	Info: Info{
		ID:     "card.printed-wrong",
		Title:  "the printed information is another person's and its date no date",
		Why:    "Cards are printed and written on two machines; the two can fall out of step.",
		Owes:   nothing("as it never reads what is printed"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB && bytes.HasSuffix(c.Data, []byte{0x5F, 0xC1, 0x09}) && r.SW == iso7816.OK {
				r.Data = iso7816.Wrap(0x53,
					iso7816.Wrap(0x01, []byte("Nobody At All")),
					iso7816.Wrap(0x02, []byte("An affiliation of more than twenty letters")),
					iso7816.Wrap(0x04, []byte("31/12/2030")),
					iso7816.Wrap(0x05, []byte("0")),
					iso7816.Wrap(0x06, []byte("Nobody")),
					[]byte{0xFE, 0})
			}
			return r
		}}
	},
}
