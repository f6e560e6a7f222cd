package fault

import (
	"crypto/x509"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// certificateCorrupt is what an interrupted write leaves.
var certificateCorrupt = Fault{
	Info: Info{
		ID:    "card.certificate-corrupt",
		Title: "the certificates are no certificates",
		Why:   "An interrupted renewal leaves a container of the right shape with the wrong bytes inside.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Make: func(b *Blank) {
		corrupt(&b.Identity.Authentication)
		corrupt(&b.Identity.ContentCommitment)
	},
}

// corrupt overwrites the middle of the names, keeping the outer length.
func corrupt(p *testpki.Pair) {
	c := &x509.Certificate{Raw: append([]byte(nil), p.Certificate.Raw...), NotAfter: p.Certificate.NotAfter}
	for i := 8; i < 72 && i < len(c.Raw); i++ {
		c.Raw[i] = 0xA5
	}
	p.Certificate = c
}
