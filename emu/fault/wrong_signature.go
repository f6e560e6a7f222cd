package fault

// wrongSignature: whoever trusts a signature unseen signs people in with noise.
var wrongSignature = Fault{
	Info: Info{
		ID:    "card.wrong-signature",
		Title: "every signature has one wrong bit",
		Why:   "A failing chip or a fault attack; nobody may accept such a signature.",
	},
	Make: func(b *Blank) { b.Quirks.WrongSignature = true },
}
