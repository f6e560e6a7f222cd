package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// templateWrong introduces itself as somebody else.
var templateWrong = Fault{
	Info: Info{
		ID:     "card.template-wrong",
		Title:  "the answer to SELECT names another version and another provider",
		Why:    "A template copied from a sample: scdaemon refuses such a card, others trust the name they asked for.",
		Owes:   unreadable("says that the card cannot be read, and shows it no passcode"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xA4 && len(r.Data) > 0 && r.Data[0] == 0x61 {
				r.Data = iso7816.Wrap(0x61,
					iso7816.Wrap(0x4F, []byte{0x00, 0x00, 0x10, 0x00, 0x02, 0x00}),
					iso7816.Wrap(0x79, iso7816.Wrap(0x4F, []byte{0xA0, 0x00, 0x00, 0x03, 0x97})))
			}
			return r
		}}
	},
}
