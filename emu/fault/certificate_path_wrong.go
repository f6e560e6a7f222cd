package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// certificatePathWrong has its certificates where nobody looks.
var certificatePathWrong = Fault{
	Info: Info{
		ID:     "card.certificate-path-wrong",
		Title:  "the certificate directory leads to files that are not on the card",
		Why:    "A renewal that writes new certificate files and not the directory that names them.",
		Owes:   unreadable("says that the card cannot be read: the certificate is not where the card says"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xB0 {
				r.Data = bytes.ReplaceAll(r.Data, []byte{0x50, 0x15, 0x34}, []byte{0x50, 0x15, 0x39})
			}
			return r
		}}
	},
}
