package fault

// contentCommitmentNotAlways breaks SP 800-73-4 "PIN Always" of key 9C.
var contentCommitmentNotAlways = Fault{
	Info: Info{
		ID:     "card.content-commitment-not-always",
		Title:  "key 9C signs many times after one passcode",
		Why:    "Each prescription signature is to be somebody's own act.",
		Owes:   nothing("as signing in uses the other key"),
		Applet: "piv",
	},
	Make: func(b *Blank) { b.Quirks.CommitmentNotAlways = true },
}
