package fault

// lastTry is the moment a warning is worth most.
var lastTry = Fault{
	Info: Info{
		ID:     "card.last-try",
		Title:  "one try is left before the card locks, or as few as said",
		Why:    "The person must be warned before typing.",
		Params: []Param{number("left", 1, 1, 14, "how many tries are left")},
		Owes:   nothing("after a warning that this is the last try"),
	},
	With: func(f *Fault, v Values) { f.Make = func(b *Blank) { b.TriesLeft = min(v["left"], b.Tries) } },
}
