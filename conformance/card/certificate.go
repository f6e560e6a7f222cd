package card

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"time"
)

func certificatesWithinCard(ctx context.Context, s *session) error {
	day, err := s.expiry(ctx)
	if err != nil {
		return err
	}
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		if c.NotAfter.After(day.AddDate(0, 0, 1)) {
			return fmt.Errorf("the %v certificate, to %s, outlives the card, to %s", k, c.NotAfter.Format(time.DateOnly), day.Format(time.DateOnly))
		}
		return nil
	})
}

// eachCertificate hands both certificates to judge.
func (s *session) eachCertificate(ctx context.Context, judge func(key, *x509.Certificate) error) error {
	for _, k := range []key{authentication, commitment} {
		c, err := s.read(ctx, k)
		if err == nil {
			err = judge(k, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func keyExponent(ctx context.Context, s *session) error {
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		if public, ok := c.PublicKey.(*rsa.PublicKey); ok && public.E != 65537 {
			return fmt.Errorf("the %v key's exponent is %d, not 65537", k, public.E)
		}
		return nil
	})
}

func authenticationUsage(ctx context.Context, s *session) error {
	c, err := s.read(ctx, authentication)
	if err != nil {
		return err
	}
	if c.KeyUsage&x509.KeyUsageDigitalSignature == 0 || c.KeyUsage&x509.KeyUsageContentCommitment != 0 {
		return fmt.Errorf("the authentication certificate's key usage is %09b: digitalSignature is bit 0, contentCommitment bit 1", c.KeyUsage)
	}
	return nil
}

func keysDiffer(ctx context.Context, s *session) error {
	auth, sign, err := s.both(ctx)
	if err == nil && bytes.Equal(auth.RawSubjectPublicKeyInfo, sign.RawSubjectPublicKeyInfo) {
		err = fmt.Errorf("both certificates are for the same key, whose SHA-256 begins %.4X", sha256.Sum256(auth.RawSubjectPublicKeyInfo))
	}
	return err
}

func serialsDiffer(ctx context.Context, s *session) error {
	auth, sign, err := s.both(ctx)
	if err == nil && bytes.Equal(auth.RawIssuer, sign.RawIssuer) && auth.SerialNumber.Cmp(sign.SerialNumber) == 0 {
		err = fmt.Errorf("issuer and serial number %v are those of the same certificate", auth.SerialNumber)
	}
	return err
}

func endEntity(ctx context.Context, s *session) error {
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		if c.Version != 3 || c.IsCA {
			return fmt.Errorf("the %v certificate is of version %d, or for an authority: %t", k, c.Version, c.IsCA)
		}
		return nil
	})
}
