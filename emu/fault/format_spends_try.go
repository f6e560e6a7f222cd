package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// formatSpendsTry compares whatever fills the block.
var formatSpendsTry = Fault{
	Info: Info{
		ID:    "card.format-spends-try",
		Title: "a passcode that cannot be one, by its characters or filling, spends a try",
		Why:   "SP 800-73-4 leaves it to the card; a typing mistake that never was a passcode then costs a try.",
		Owes:  nothing("as no passcode of a wrong form reaches the card"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0x20 && c.P1 == 0 && r.SW == iso7816.WrongData {
				return a.Process(wrongPasscode(c))
			}
			return r
		}}
	},
}
