package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// directoryWrong points to where nothing is.
var directoryWrong = Fault{
	Info: Info{
		ID:     "card.directory-wrong",
		Title:  "the directory files lead to an application that is not on the card",
		Why:    "A PKCS#15 structure copied from a card with another layout.",
		Owes:   unreadable("says that the card cannot be read"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xB0 {
				r.Data = bytes.ReplaceAll(r.Data, []byte{0x3F, 0x00, 0x50, 0x15}, []byte{0x3F, 0x00, 0x50, 0x99})
			}
			return r
		}}
	},
}
