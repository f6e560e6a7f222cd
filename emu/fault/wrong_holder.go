package fault

import "github.com/smartcard-connect/smartcard-connect/agent/testpki"

// wrongHolder puts somebody else's authentication certificate on the card.
var wrongHolder = Fault{
	Info: Info{
		ID:    "card.wrong-holder",
		Title: "the authentication certificate is another person's",
		Why:   "A forged card with a copied certificate: certificates are public, the key behind one is not.",
		Owes:  Owes{Status: "SIGNATURE_WRONG", Text: "notices that key and certificate do not belong together; nobody is signed in"},
	},
	Make: func(b *Blank) {
		all := testpki.Holders()
		other := testpki.Issue(all[(b.Identity.Holder.Index+1)%len(all)], b.Now)
		b.Identity.Authentication.Certificate = other.Authentication.Certificate
	},
}
