package fault

// lastTry is the moment a warning is worth most.
var lastTry = Fault{
	Info: Info{
		ID:    "card.last-try",
		Title: "one try is left before the card locks",
		Why:   "The person must be warned before typing.",
		Owes:  nothing("after a warning that this is the last try"),
	},
	Make: func(b *Blank) { b.TriesLeft = 1 },
}
