package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// weakExponent has keys that nobody should use.
var weakExponent = Fault{
	Info: Info{
		ID:    "card.weak-exponent",
		Title: "the certificates say that the public exponent is 32771",
		Why:   "Small exponents make forgeries of badly padded signatures easy; SP 800-78-4 allows none below 65537.",
		Owes:  Owes{Status: "SIGNATURE_WRONG", Text: "notices that key and certificate do not belong together; nobody is signed in"},
	},
	Make: func(b *Blank) {
		for _, p := range []*testpki.Pair{&b.Identity.Authentication, &b.Identity.ContentCommitment} {
			c := *p.Certificate
			c.Raw = bytes.Replace(c.Raw, []byte{0x02, 0x03, 0x01, 0x00, 0x01}, []byte{0x02, 0x03, 0x00, 0x80, 0x03}, 1)
			p.Certificate = &c
		}
	},
}
