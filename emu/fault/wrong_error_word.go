package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// wrongErrorWord has one word for everything that goes wrong.
var wrongErrorWord = Fault{
	Info: Info{
		ID:    "card.wrong-error-word",
		Title: "every refusal comes as 6F00",
		Why:   "Status words tell a program what to do next; 6F00 tells it nothing.",
		Owes:  nothing("as only the tries are asked for, and told"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if _, counts := r.SW.Retries(); r.SW != iso7816.OK && r.SW != iso7816.EndOfFile && !counts {
				return applet.Status(iso7816.NoDiagnosis)
			}
			return r
		}}
	},
}
