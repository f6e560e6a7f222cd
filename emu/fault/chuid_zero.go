package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// chuidZero has a number that many cards have.
var chuidZero = Fault{
	Info: Info{
		ID:     "card.chuid-zero",
		Title:  "the card's own number, the GUID of the CHUID, is all zeros",
		Why:    "Tokens sold without a CHUID of their own show 0000… in OpenSC and Windows, and two of them are one (OpenSC #2235, #3559, Nitrokey #647).",
		Applet: "piv",
		Owes:   nothing("as a card is known by its certificate"),
	},
	Make: func(b *Blank) {
		b.Tweak(func(s applet.State) {
			if guid, ok := iso7816.Find(s["object/5FC102"], 0x53, 0x34); ok {
				clear(guid) // it aliases the cell
			}
		})
	},
}
