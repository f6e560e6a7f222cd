package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// discoveryWrong says it has no passcode of its own.
var discoveryWrong = Fault{
	Info: Info{
		ID:     "card.discovery-wrong",
		Title:  "the discovery object names another application and no usable passcode",
		Why:    "Clients learn from it which passcode to ask for; with this one they ask for none.",
		Owes:   nothing("as it asks for the certificate instead"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB && bytes.HasSuffix(c.Data, []byte{0x01, 0x7E}) && r.SW == iso7816.OK {
				r.Data = iso7816.Wrap(0x7E,
					iso7816.Wrap(0x4F, []byte{0xA0, 0x00, 0x00, 0x03, 0x97}),
					iso7816.Wrap(0x5F2F, []byte{0x00, 0x30}))
			}
			return r
		}}
	},
}
