package fault

// verifySurvivesReset undoes the reset after each use.
var verifySurvivesReset = Fault{
	Info: Info{
		ID:    "card.verify-survives-reset",
		Title: "a verified passcode outlives reset and power-off",
		Why:   "Resetting the card after use is how the next program is kept from inheriting the passcode.",
		Owes:  nothing("but cannot make this card forget"),
	},
	Make: func(b *Blank) { b.Quirks.VerifySurvivesReset = true },
}
