package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// wrongPasscodeAccepted reports a success that was none.
var wrongPasscodeAccepted = Fault{
	Info: Info{
		ID:     "card.wrong-passcode-accepted",
		Title:  "a wrong passcode is answered 9000, though the try is spent and the keys stay shut",
		Why:    "A fault attack on the chip, or a shim between card and reader, turns the status word around; only a signature that verifies proves a passcode.",
		Params: []Param{each("wrong passcode")},
		Owes:   Owes{Status: "CARD_UNREADABLE", Text: "a wrong passcode signs nobody in: the key refuses, and that ends the sign-in", Wrong: 1, Lost: 1},
	},
	With: func(f *Fault, v Values) {
		f.Wrap = func(a applet.Applet) applet.Applet {
			count := turn{n: v["n"]}
			return overlay{a, func(c iso7816.Command) iso7816.Response {
				r := a.Process(c)
				if _, wrong := r.SW.Retries(); wrong && presents(c) && count.now() {
					return applet.Status(iso7816.OK)
				}
				return r
			}}
		}
	},
}
