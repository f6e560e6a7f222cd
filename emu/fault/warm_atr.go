package fault

// warmATR greets differently the second time.
var warmATR = Fault{
	Info: Info{
		ID:    "card.warm-atr",
		Title: "after a warm reset the answer to reset is another one",
		Why:   "ISO/IEC 7816-3 §6.3 lets a card offer another mode after a warm reset, and some do; a program that knows cards by their answer takes it for a new one.",
		Owes:  nothing("as the card is known by its first answer and reset when it is done"),
	},
	Make: func(b *Blank) { b.WarmATR = turnHistorical(b.ATR, 14) },
}
