package pki

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"sync"
	"time"
)

// List is the revocation list of a toy authority. It is signed anew for the
// moment it is asked for, so that a clock that was moved finds it fresh.
type List struct {
	Authority *x509.Certificate
	Key       *rsa.PrivateKey

	mu      sync.Mutex
	serials []*big.Int
}

// Revoke puts a serial number on the list.
func (l *List) Revoke(serial *big.Int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serials = append(l.serials, serial)
}

// At is the list as it stands at now, valid for an hour (RFC 5280 section 5).
func (l *List) At(now time.Time) (*x509.RevocationList, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := &x509.RevocationList{Number: big.NewInt(now.Unix()), ThisUpdate: now.Add(-time.Minute), NextUpdate: now.Add(time.Hour)}
	for _, s := range l.serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: s, RevocationTime: now.Add(-time.Minute)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, l.Authority, l.Key)
	if err != nil {
		return nil, err
	}
	return x509.ParseRevocationList(der)
}
