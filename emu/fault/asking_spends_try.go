package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// askingSpendsTry takes the empty VERIFY for a wrong passcode, after answering.
var askingSpendsTry = Fault{
	Info: Info{
		ID:    "card.asking-spends-try",
		Title: "asking for the tries left spends one",
		Why:   "Cards that do not know the empty VERIFY can take it for a wrong passcode; who asks three times has blocked them.",
		Owes:  Owes{Status: "OK", Text: "nothing: signs in all the same, and asks once only"},
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if _, counts := r.SW.Retries(); counts && c.INS == 0x20 && c.P1 == 0 && len(c.Data) == 0 {
				a.Process(wrongPasscode(c))
			}
			return r
		}}
	},
}

// wrongPasscode is a VERIFY to the same reference with a well-formed passcode
// that is nobody's.
func wrongPasscode(c iso7816.Command) iso7816.Command {
	c.Data = []byte("97531864")
	return c
}
