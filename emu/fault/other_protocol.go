package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// otherProtocol is the card of the other protocol: T=0 for T=1 and T=1 for T=0.
var otherProtocol = Fault{
	Info: Info{
		ID:    "card.other-protocol",
		Title: "the card speaks the other protocol than it was made for",
		Why:   "One series is issued in batches with different answers to reset, and a reader falls back to T=0 when it cannot agree with the card on T=1.",
		Owes:  nothing("in the protocol the card speaks"),
	},
	Make: func(b *Blank) {
		if b.Protocol == iso7816.T0 {
			b.Protocol = iso7816.T1
			return
		}
		b.Protocol = iso7816.T0
	},
}
