package fault

import "github.com/smartcard-connect/smartcard-connect/agent/testpki"

// twoHolders has each pair whole, and they are two persons'.
var twoHolders = Fault{
	Info: Info{
		ID:    "card.two-holders",
		Title: "the content-commitment key and its certificate are another person's",
		Why:   "Two cards on the issuing table: one prescribes in somebody else's name, and no signature shows it.",
		Owes:  nothing("as the person whose authentication certificate it is"),
	},
	Make: func(b *Blank) {
		all := testpki.Holders()
		b.Identity.ContentCommitment = testpki.Issue(all[(b.Identity.Holder.Index+1)%len(all)], b.Now).ContentCommitment
	},
}
