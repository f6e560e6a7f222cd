package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// atrHomemade has an answer to reset that somebody made up.
var atrHomemade = Fault{
	Info: Info{
		ID:    "card.atr-homemade",
		Title: "the answer to reset holds text and a speed that no table has",
		Why:   "Programmable cards are given an answer to reset by hand; readers take the speed from it.",
		Owes:  Owes{Status: "CARD_UNKNOWN", Text: "says that this card cannot be used to sign in, with its answer to reset for the helpdesk"},
	},
	Make: func(b *Blank) {
		b.ATR = []byte("\x3B\x14\x70DESK")
		if b.Protocol == iso7816.T1 {
			b.ATR = []byte("\x3B\x94\x70\x01DESK\x00")
			for _, x := range b.ATR[1:] {
				b.ATR[len(b.ATR)-1] ^= x
			}
		}
	},
}
