package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// atrOtherProtocol offers what the card does not speak.
var atrOtherProtocol = Fault{
	Info: Info{
		ID:    "card.atr-other-protocol",
		Title: "the answer to reset offers only the protocol that the card does not speak",
		Why:   "A batch with the answer to reset of another batch: a reader cannot agree with it on a protocol.",
		Owes:  Owes{Status: "CARD_UNKNOWN", Text: "says that this card cannot be used to sign in, with its answer to reset for the helpdesk"},
	},
	Make: func(b *Blank) {
		b.ATR = []byte{0x3B, 0x04, 0x31, 0x32, 0x33, 0x34}
		if b.Protocol == iso7816.T0 {
			b.ATR = []byte{0x3B, 0x80, 0x01, 0x81}
		}
	},
}
