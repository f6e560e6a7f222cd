package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// series5 is a card that was withdrawn in 2026.
var series5 = Fault{
	Info: Info{
		ID:    "card.series-5",
		Title: "the card is one of series 5 or 6, JCOP41",
		Why:   "Withdrawn cards are still in drawers; the person must be told by name that theirs is one.",
		Owes:  Owes{Status: "CARD_UNKNOWN", Text: "says that this is a withdrawn card of series 5 or 6"},
	},
	Make: func(b *Blank) {
		b.ATR = []byte("\x3B\xF9\x18\x00\x00\x81\x31\xFE\x45JCOP41V22\xAF")
		if b.Protocol == iso7816.T0 {
			b.ATR = []byte("\x3B\x6A\x00\xFFJCOP41V221")
		}
	},
	Wrap: selectRefused.Wrap,
}
