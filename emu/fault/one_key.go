package fault

// oneKey has one key pair for two purposes.
var oneKey = Fault{
	Info: Info{
		ID:    "card.one-key",
		Title: "both key pairs and certificates are the same",
		Why:   "A signature made to sign in would be a signature under a prescription.",
		Owes:  nothing("as the holder's authentication certificate is there"),
	},
	Make: func(b *Blank) {
		b.Identity.ContentCommitment = b.Identity.Authentication
	},
}
