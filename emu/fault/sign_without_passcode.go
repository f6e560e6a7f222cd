package fault

// signWithoutPasscode makes the card worth stealing.
var signWithoutPasscode = Fault{
	Info: Info{
		ID:    "card.sign-without-passcode",
		Title: "the keys work without a passcode",
		Why:   "Wrong access rules at issuing; a found card would be enough to sign in.",
		Owes:  nothing("after asking for the passcode as ever"),
	},
	Make: func(b *Blank) { b.Quirks.SignWithoutPasscode = true },
}
