package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// fcpThin says next to nothing about its files.
var fcpThin = Fault{
	Info: Info{
		ID:     "card.fcp-thin",
		Title:  "file control parameters hold the identifier 0000 and nothing else",
		Why:    "OpenSC's driver takes the missing access rules for an error and gives up.",
		Owes:   unreadable("says that the card cannot be read: a file without a size is not read"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xA4 && len(r.Data) > 0 && r.Data[0] == 0x62 {
				r.Data = []byte{0x62, 4, 0x83, 2, 0, 0}
			}
			return r
		}}
	},
}
