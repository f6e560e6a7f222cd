package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// lastTryAnswer is the other of two habits, whichever the profile has.
var lastTryAnswer = Fault{
	Info: Info{
		ID:     "card.last-try-answer",
		Title:  "the wrong passcode that spends the last try has another answer than this card's habit",
		Why:    "SP 800-73-4 reads as 63C0, and OpenFIPS201 answers 6983 at once; OpenSC tells its user \"locked\" for one and \"wrong\" for the other.",
		Params: []Param{status(0x6983, "63C0 or 6983, the answer that spends the last try")},
		Owes:   Owes{Status: "CARD_LOCKED", Text: "after the third wrong passcode the person hears that the card is locked, by either answer", Wrong: 3, Lost: 3},
	},
	With: func(f *Fault, v Values) {
		f.Make = func(b *Blank) { b.BlockedAtOnce = iso7816.SW(v["sw"]) == iso7816.MethodBlocked }
	},
}
