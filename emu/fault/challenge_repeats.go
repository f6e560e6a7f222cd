package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// challengeRepeats has one random number.
var challengeRepeats = Fault{
	Info: Info{
		ID:    "card.challenge-repeats",
		Title: "every challenge is the same eight bytes",
		Why:   "A random number generator that restarts with the card: an answer heard once is good for ever.",
		Owes:  nothing("as its random numbers are not the card's"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			random := c.INS == 0x84 || (c.INS == 0x87 && c.P2 == 0x9B)
			if !random || r.SW != iso7816.OK {
				return r
			}
			fixed := []byte{1, 2, 3, 4, 5, 6, 7, 8}
			if c.INS == 0x87 {
				fixed = iso7816.Wrap(0x7C, iso7816.Wrap(0x81, fixed))
			}
			return applet.Data(fixed)
		}}
	},
}
