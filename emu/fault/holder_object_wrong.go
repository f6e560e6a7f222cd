package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// holderObjectWrong has a CHUID with nothing right in it.
var holderObjectWrong = Fault{
	Info: Info{
		ID:     "card.holder-object-wrong",
		Title:  "the CHUID has a zero GUID, a FASC-N with wrong parity and a date in the past",
		Why:    "Windows and OpenSC derive container and serial numbers from it: two such cards are one card to them, and tokens are sold with zeros (OpenSC #2235, #3559, Nitrokey #647).",
		Owes:   nothing("as a card is known by its certificate"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB && bytes.HasSuffix(c.Data, []byte{0x5F, 0xC1, 0x02}) && r.SW == iso7816.OK {
				r.Data = iso7816.Wrap(0x53,
					iso7816.Wrap(0x30, make([]byte, 25)),
					iso7816.Wrap(0x34, make([]byte, 16)),
					iso7816.Wrap(0x35, []byte("20010101")),
					[]byte{0x3E, 0, 0xFE, 0})
			}
			return r
		}}
	},
}
