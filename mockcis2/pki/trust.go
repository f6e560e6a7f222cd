// Package pki decides whether a certificate in a card assertion signs its
// holder in, and keeps the provider's revocation list.
package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// AuthenticationPolicy is the certificate policy of NHS authentication
// certificates.
var AuthenticationPolicy = asn1.ObjectIdentifier{1, 2, 826, 0, 1275, 101, 0, 3, 1, 1}

// Why a certificate is refused.
var (
	ErrUntrusted = errors.New("certificate is not from a pinned authentication authority")
	ErrValidity  = errors.New("certificate is outside its validity")
	ErrKeyUsage  = errors.New("certificate is not for digital signatures")
	ErrPolicy    = errors.New("certificate does not have the authentication policy")
	ErrRevoked   = errors.New("certificate is revoked, or its status is unknown")
	ErrHolder    = errors.New("certificate does not name a holder")
)

// Trust is whom the provider believes. Weakenings are fields that say so.
type Trust struct {
	Authority  *x509.Certificate                                 // pinned; the only issuer there is
	Revocation func(now time.Time) (*x509.RevocationList, error) // nil or an error: everything is revoked

	InsecureAnyAuthority     bool
	InsecureIgnoreRevocation bool
	InsecureAnyCertificate   bool // of either authority, for whatever use
}

var holder = regexp.MustCompile(`^(\d{12})_`)

// Holder checks a certificate and returns the UUID of its holder (12 digits).
// Errors wrap one of the Err values here.
func (t Trust) Holder(c *x509.Certificate, now time.Time) (string, error) {
	if !t.InsecureAnyAuthority && !t.InsecureAnyCertificate {
		if err := c.CheckSignatureFrom(t.Authority); err != nil {
			return "", fmt.Errorf("%w: %v", ErrUntrusted, err)
		}
	}
	if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() < 2048 {
		return "", fmt.Errorf("%w: its key is not RSA of 2048 bits or more", ErrKeyUsage)
	}
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return "", fmt.Errorf("%w: %s to %s", ErrValidity, c.NotBefore.UTC(), c.NotAfter.UTC())
	}
	if (c.KeyUsage&x509.KeyUsageDigitalSignature == 0 || c.IsCA) && !t.InsecureAnyCertificate {
		return "", ErrKeyUsage
	}
	if !t.policy(c) && !t.InsecureAnyCertificate {
		return "", ErrPolicy
	}
	if !t.InsecureIgnoreRevocation {
		if err := t.revoked(c, now); err != nil {
			return "", err
		}
	}
	m := holder.FindStringSubmatch(c.Subject.CommonName)
	if m == nil {
		return "", ErrHolder
	}
	return m[1], nil
}

func (t Trust) policy(c *x509.Certificate) bool {
	for _, p := range c.PolicyIdentifiers {
		if p.Equal(AuthenticationPolicy) {
			return true
		}
	}
	return false
}

// revoked fails closed: no list, a stale one, one that somebody else signed
// and a listed serial number are the same.
func (t Trust) revoked(c *x509.Certificate, now time.Time) error {
	if t.Revocation == nil {
		return fmt.Errorf("%w: no list", ErrRevoked)
	}
	list, err := t.Revocation(now)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRevoked, err)
	}
	if err := list.CheckSignatureFrom(t.Authority); err != nil {
		return fmt.Errorf("%w: list: %v", ErrRevoked, err)
	}
	if now.Before(list.ThisUpdate) || now.After(list.NextUpdate) {
		return fmt.Errorf("%w: the list is of another time", ErrRevoked)
	}
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(c.SerialNumber) == 0 {
			return fmt.Errorf("%w: serial number %s", ErrRevoked, c.SerialNumber)
		}
	}
	return nil
}
