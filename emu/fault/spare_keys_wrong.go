package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// spareKeysWrong answers wrongly with the keys that are seldom used.
var spareKeysWrong = Fault{
	Info: Info{
		ID:     "card.spare-keys-wrong",
		Title:  "each answer of the keys 9D and 9E has one wrong bit",
		Why:    "A key written into the wrong place shows only when somebody needs it, which may be years later.",
		Owes:   nothing("as it never uses those keys"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if n := len(r.Data); c.INS == 0x87 && (c.P2 == 0x9D || c.P2 == 0x9E) && n > 0 {
				r.Data[n-1] ^= 1
			}
			return r
		}}
	},
}
