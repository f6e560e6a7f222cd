package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// wrongLengthSpendsTry counts whatever has the wrong length.
var wrongLengthSpendsTry = Fault{
	Info: Info{
		ID:    "card.wrong-length-spends-try",
		Title: "a passcode block of the wrong length spends a try",
		Why:   "SP 800-73-4 leaves it to the card whether a badly formed block counts as a wrong one, so a program must check before it sends.",
		Owes:  nothing("as no passcode of a wrong length reaches the card"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			refused := r.SW == iso7816.WrongLength || r.SW == iso7816.WrongData
			if presents(c) && len(c.Data) != 8 && refused {
				return a.Process(wrongPasscode(c))
			}
			return r
		}}
	},
}
