package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// globalPIN sends clients to a passcode that is not there.
var globalPIN = Fault{
	Info: Info{
		ID:     "card.global-pin",
		Title:  "the discovery object prefers the global PIN, which this card has not",
		Why:    "US cards use reference 00 for all applications (OpenSC #2141); a client that follows the preference asks reference 00 and is told 6A88.",
		Applet: "piv",
		Owes:   nothing("with the application's own passcode, reference 80"),
	},
	Make: func(b *Blank) {
		b.Tweak(func(s applet.State) {
			if policy, ok := iso7816.Find(s["object/7E"], 0x7E, 0x5F2F); ok {
				copy(policy, []byte{0x60, 0x20}) // it aliases the cell
			}
		})
	},
}
