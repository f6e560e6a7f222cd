package fault

// counterNotDecremented makes a card that can be guessed.
var counterNotDecremented = Fault{
	Info: Info{
		ID:    "card.counter-not-decremented",
		Title: "a wrong passcode spends no try",
		Why:   "A card whose counter never falls can be guessed; a check of cards must notice.",
		Owes:  nothing("with the right passcode"),
	},
	Make: func(b *Blank) { b.Quirks.CounterNeverFalls = true },
}
