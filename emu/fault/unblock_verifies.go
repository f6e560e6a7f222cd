package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// unblockVerifies takes who unblocks for who owns.
var unblockVerifies = Fault{
	Info: Info{
		ID:    "card.unblock-verifies",
		Title: "unblocking the passcode verifies it too",
		Why:   "A help desk could sign in the holder's name right after unblocking.",
		Owes:  nothing("as signing in unblocks nothing"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			fresh := c.Data
			if c.P1 == 0 {
				fresh = fresh[len(fresh)/2:] // behind the PUK
			}
			if c.INS == 0x2C && r.SW == iso7816.OK && len(fresh) > 0 {
				a.Process(iso7816.Command{INS: 0x20, P2: c.P2, Data: fresh})
			}
			return r
		}}
	},
}
