package fault

// pinBlocked is the commonest reason to visit the smartcard office.
var pinBlocked = Fault{
	Info: Info{
		ID:    "card.pin-blocked",
		Title: "the passcode is blocked",
		Why:   "Three wrong passcodes, on this machine or another; the person needs an unlock, not a passcode form.",
		Owes:  Owes{Status: "CARD_LOCKED", Text: "says that the card must be unlocked, and asks for no passcode"},
	},
	Make: func(b *Blank) { b.TriesLeft = 0 },
}
