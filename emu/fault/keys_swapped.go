package fault

// keysSwapped is a mistake of the issuing line.
var keysSwapped = Fault{
	Info: Info{
		ID:    "card.keys-swapped",
		Title: "the authentication and content-commitment keys are exchanged",
		Why:   "A personalisation mistake: the certificates are in place, the keys behind them are not.",
		Owes:  Owes{Status: "SIGNATURE_WRONG", Text: "notices before anybody else does and says that the card may be faulty"},
	},
	Make: func(b *Blank) {
		a, c := &b.Identity.Authentication, &b.Identity.ContentCommitment
		a.Key, c.Key = c.Key, a.Key
	},
}
