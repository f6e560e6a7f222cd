package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// capabilitiesWrong claims to be another kind of card.
var capabilitiesWrong = Fault{
	Info: Info{
		ID:     "card.capabilities-wrong",
		Title:  "the card capability container is that of an older, second application",
		Why:    "OpenSC takes a card with such entries for one with a CAC beside PIV and treats its keys otherwise (OpenSC #1533, #1549).",
		Owes:   nothing("as it never reads the container"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB && bytes.HasSuffix(c.Data, []byte{0x5F, 0xC1, 0x07}) && r.SW == iso7816.OK {
				other := append([]byte{0xA0, 0x00, 0x00, 0x00, 0x79, 0x04}, make([]byte, 10)...)
				r.Data = iso7816.Wrap(0x53,
					iso7816.Wrap(0xF0, other),
					[]byte{0xF1, 1, 0x10, 0xF2, 1, 0x10},
					iso7816.Wrap(0xF3, other),
					[]byte{0xF4, 1, 0, 0xF5, 1, 0x04, 0xF6, 0, 0xF7, 0, 0xFA, 0, 0xFB, 0, 0xFC, 0, 0xFD, 0, 0xFE, 0})
			}
			return r
		}}
	},
}
