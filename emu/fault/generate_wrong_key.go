package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// generateWrongKey generates one key and shows another.
var generateWrongKey = Fault{
	Info: Info{
		ID:    "card.generate-wrong-key",
		Title: "the public key that comes back from generating a pair has one wrong bit",
		Why:   "A certificate is then issued for a key that nobody has.",
		Owes:  nothing("as signing in makes no key"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if n := len(r.Data); c.INS == 0x47 && n > 16 {
				r.Data[n-8] ^= 1 // inside modulus or point: 82 03 01 00 01 may follow
			}
			return r
		}}
	},
}
