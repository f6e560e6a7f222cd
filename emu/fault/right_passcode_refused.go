package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// rightPasscodeRefused verifies and says otherwise.
var rightPasscodeRefused = Fault{
	Info: Info{
		ID:     "card.right-passcode-refused",
		Title:  "the right passcode is taken and answered with an error",
		Why:    "A status word garbled on the way; the card is now open and the host believes it shut, so it must be reset all the same.",
		Params: []Param{status(0x6F00, "the answer to the right passcode"), each("right passcode")},
		Owes:   unreadable("says that the card cannot be read, and resets it, for it may be open"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = func(a applet.Applet) applet.Applet {
			count := turn{n: v["n"]}
			return overlay{a, func(c iso7816.Command) iso7816.Response {
				r := a.Process(c)
				if presents(c) && r.SW == iso7816.OK && count.now() {
					return applet.Status(iso7816.SW(v["sw"]))
				}
				return r
			}}
		}
	},
}
