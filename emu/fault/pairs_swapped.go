package fault

// pairsSwapped is keysSwapped with the certificates too: each pair is whole and
// in the other's place.
var pairsSwapped = Fault{
	Info: Info{
		ID:    "card.pairs-swapped",
		Title: "the authentication and content-commitment certificates are exchanged with their keys",
		Why:   "A personalisation mistake that no signature shows: only the key usage of the certificates tells.",
		Owes:  Owes{Status: "OK", Except: map[string]string{"piv": "ASSERTION_REFUSED"}, Text: "on AuthentIC the right pair is found by its certificate; with PIV the identity service refuses the card"},
	},
	Make: func(b *Blank) {
		id := &b.Identity
		id.Authentication, id.ContentCommitment = id.ContentCommitment, id.Authentication
	},
}
