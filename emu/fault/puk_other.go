package fault

// pukOther was lost between the printer and the database.
var pukOther = Fault{
	Info: Info{
		ID:    "card.puk-other",
		Title: "the PUK on the card is not the one the back end knows",
		Why:   "Two card management systems, or a restored backup: the office unlocks with a PUK that was never written, and after a few attempts the card is scrap.",
		Owes:  nothing("as a sign-in needs no PUK; an unlock says that the PUK is wrong and stops"),
	},
	Make: func(b *Blank) { b.PUK = []byte("87654321") },
}
