package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// readsUnguarded shows personal data to anybody.
var readsUnguarded = Fault{
	Info: Info{
		ID:     "card.reads-unguarded",
		Title:  "objects behind the passcode are read without it",
		Why:    "Fingerprints and the printed name of a found card in anybody's hands.",
		Owes:   nothing("as it reads nothing that is guarded"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB && r.SW == iso7816.SecurityStatus {
				return applet.Data(iso7816.Wrap(0x53, iso7816.Wrap(0x01, []byte("NOBODY")), []byte{0xFE, 0}))
			}
			return r
		}}
	},
}
