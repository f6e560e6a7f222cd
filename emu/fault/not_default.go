package fault

// notDefault leaves the card manager in front.
var notDefault = Fault{
	Info: Info{
		ID:     "card.not-default",
		Title:  "after a reset another application answers",
		Why:    "Which application a card selects by itself is a choice at issuing; clients that read before they select work on one batch and not on the next.",
		Applet: "piv",
		Owes:   nothing("after selecting by name"),
	},
	Make: func(b *Blank) { b.DefaultSelected = false },
}
