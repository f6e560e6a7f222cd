package fault

import (
	"crypto/x509"
	"math/big"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// certificateAuthority is signed by somebody with the right name and another
// key: one that is published here for another purpose.
var certificateAuthority = Fault{
	Info: Info{
		ID:    "card.certificate-authority",
		Title: "both certificates are signed by an authority nobody knows, of the right name",
		Why:   "A card made in a test environment, or at home: everything on it is whole, and only the chain tells.",
		Owes:  Owes{Status: "ASSERTION_REFUSED", Text: "the identity service refuses the card, and the person hears that it did"},
	},
	Make: func(b *Blank) {
		key := testpki.Published("provider")
		for pair, own := range map[*testpki.Pair]*testpki.Authority{
			&b.Identity.Authentication:    testpki.Authentication(),
			&b.Identity.ContentCommitment: testpki.Signing(),
		} {
			like := *own.Certificate
			like.PublicKey, like.SubjectKeyId = &key.PublicKey, big.NewInt(1).Bytes()
			reissue(pair, &testpki.Authority{Certificate: &like, Key: key}, func(*x509.Certificate) {})
		}
	},
}
