package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// keyForAnything does with a key what the key is not for.
var keyForAnything = Fault{
	Info: Info{
		ID:     "card.key-for-anything",
		Title:  "deciphering that the card refuses brings bytes all the same",
		Why:    "A key that both signs prescriptions and deciphers can be made to sign by asking it to decipher.",
		Owes:   nothing("as it deciphers nothing"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0x2A && c.P1 == 0x80 && (r.SW == iso7816.SecurityStatus || r.SW == iso7816.ConditionsOfUse) {
				return applet.Data([]byte("nobody's secret"))
			}
			return r
		}}
	},
}
