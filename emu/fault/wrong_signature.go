package fault

// wrongSignature: whoever trusts a signature unseen signs people in with noise.
var wrongSignature = Fault{
	Info: Info{
		ID:    "card.wrong-signature",
		Title: "every signature has one wrong bit",
		Why:   "A failing chip or a fault attack; nobody may accept such a signature.",
		Owes:  Owes{Status: "SIGNATURE_WRONG", Text: "notices before anybody else does and says that the card may be faulty"},
	},
	Make: func(b *Blank) { b.Quirks.WrongSignature = true },
}
