package fault

import (
	"crypto/rand"
	"crypto/x509"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// reissue has the authority sign a certificate like the pair's own, changed.
func reissue(p *testpki.Pair, by *testpki.Authority, change func(*x509.Certificate)) {
	like := *p.Certificate
	like.ExtraExtensions = nil
	like.AuthorityKeyId = nil
	change(&like)
	der, err := x509.CreateCertificate(rand.Reader, &like, by.Certificate, &p.Key.PublicKey, by.Key)
	if err == nil {
		p.Certificate, err = x509.ParseCertificate(der)
	}
	if err != nil {
		panic("fault: " + err.Error()) // the input is ours
	}
}

// reissueBoth changes both certificates of a card.
func reissueBoth(b *Blank, change func(*x509.Certificate)) {
	reissue(&b.Identity.Authentication, testpki.Authentication(), change)
	reissue(&b.Identity.ContentCommitment, testpki.Signing(), change)
}
