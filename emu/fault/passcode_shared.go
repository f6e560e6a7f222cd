package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// passcodeShared does not lock up when somebody else is asked for.
var passcodeShared = Fault{
	Info: Info{
		ID:    "card.passcode-shared",
		Title: "selecting another application leaves the passcode verified",
		Why:   "Cards with one passcode for all applications; while every program leaves the card as it is, a passcode shown to one is good for the next, in another application too.",
		Owes:  nothing("and the card is reset after use"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if selects(c) && isManager(c.Data) {
				return applet.Status(iso7816.OK)
			}
			return a.Process(c)
		}}
	},
}

// isManager is the name of the card manager of GlobalPlatform cards, full or
// cut at the right.
func isManager(name []byte) bool {
	return len(name) >= 5 && len(name) <= 8 && string(name) == "\xA0\x00\x00\x00\x03\x00\x00\x00"[:len(name)]
}
