package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// dataMissing tells nothing of itself.
var dataMissing = Fault{
	Info: Info{
		ID:     "card.data-missing",
		Title:  "the production data and the passcode policies are not there",
		Why:    "OpenSC pads a passcode to the length the policy names and reads the serial number from the production data.",
		Owes:   unreadable("says that the card cannot be read: without its policy nobody knows how to fill a passcode"),
		Applet: "authentic",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if c.INS == 0xCA {
				return applet.Status(iso7816.ReferenceNotFound)
			}
			return a.Process(c)
		}}
	},
}
