package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// atrUnknown is a card of somebody else.
var atrUnknown = Fault{
	Info: Info{
		ID:    "card.atr-unknown",
		Title: "the answer to reset is that of no card we know",
		Why:   "People put bank cards and door passes into readers.",
		Owes:  Owes{Status: "CARD_UNKNOWN", Text: "says that this card cannot be used to sign in, and sends it nothing"},
	},
	Make: func(b *Blank) {
		b.ATR = []byte{0x3B, 0x80, 0x80, 0x01, 0x01}
		if b.Protocol == iso7816.T0 {
			b.ATR = []byte{0x3B, 0x04, 0x49, 0x44, 0x30, 0x30}
		}
	},
	Wrap: selectRefused.Wrap,
}
