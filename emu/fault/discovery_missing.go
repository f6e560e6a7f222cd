package fault

import "github.com/smartcard-connect/smartcard-connect/emu/applet"

// discoveryMissing does not introduce itself.
var discoveryMissing = Fault{
	Info: Info{
		ID:     "card.discovery-missing",
		Title:  "there is no discovery object",
		Why:    "It is optional in SP 800-73-4 and absent on cards made to earlier parts; OpenSC uses it to tell whether PIV is selected (OpenSC #2434).",
		Applet: "piv",
		Owes:   nothing("as it asks for the certificate instead"),
	},
	Make: func(b *Blank) { b.Tweak(func(s applet.State) { delete(s, "object/7E") }) },
}
