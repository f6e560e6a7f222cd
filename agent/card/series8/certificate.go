package series8

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/pkcs15"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Certificate reads and keeps the certificate of k.
func (c *Card) Certificate(ctx context.Context, k card.Key) (*x509.Certificate, error) {
	if known := c.memory.Certificates[k]; known != nil {
		return known, nil
	}
	if err := c.selectApplet(ctx); err != nil {
		return nil, err
	}
	_, certificate, err := c.pair(ctx, k)
	return certificate, err
}

// pair finds the private key for k and its certificate: the key whose directory
// entry promises the use and whose certificate, found by the same ID, permits
// it. Where the directory promises nothing fitting, the certificates decide.
func (c *Card) pair(ctx context.Context, k card.Key) (pkcs15.Key, *x509.Certificate, error) {
	d, err := c.directory(ctx)
	if err != nil {
		return pkcs15.Key{}, nil, err
	}
	for _, promised := range []bool{true, false} {
		for _, key := range d.keys {
			if promises(key, k) != promised {
				continue
			}
			certificate, err := c.certificateOf(ctx, d, key, k)
			if errors.Is(err, iso7816.ErrNotFound) && !errors.Is(err, card.ErrUnreadable) {
				continue
			}
			if err != nil {
				return pkcs15.Key{}, nil, err
			}
			if permits(certificate, k) {
				c.memory.Keep(k, certificate)
				return key, certificate, nil
			}
		}
	}
	return pkcs15.Key{}, nil, fmt.Errorf("%v certificate: %w", k, iso7816.ErrNotFound)
}

// promises reports whether a key's directory entry is for k.
func promises(key pkcs15.Key, k card.Key) bool {
	committing := key.Usage&pkcs15.UsageNonRepudiation != 0
	return committing == (k == card.ContentCommitment) && (committing || key.Usage&pkcs15.UsageSign != 0)
}

// permits reports whether a certificate's key usage is for k (RFC 5280
// §4.2.1.3).
func permits(c *x509.Certificate, k card.Key) bool {
	if k == card.ContentCommitment {
		return c.KeyUsage&x509.KeyUsageContentCommitment != 0
	}
	return c.KeyUsage&x509.KeyUsageDigitalSignature != 0
}

func (c *Card) certificateOf(ctx context.Context, d directory, key pkcs15.Key, k card.Key) (*x509.Certificate, error) {
	for _, entry := range d.certificates {
		if !bytes.Equal(entry.ID, key.ID) {
			continue
		}
		file, err := c.file(ctx, entry.Path, objectEnds)
		if err != nil {
			return nil, fmt.Errorf("%v certificate: %w", k, err)
		}
		return parseCertificate(file)
	}
	return nil, iso7816.ErrNotFound
}

// parseCertificate reads a certificate file, whose tail may be unused.
func parseCertificate(file []byte) (*x509.Certificate, error) {
	_, rest, err := iso7816.ReadTLV(file)
	if err != nil {
		return nil, card.Unreadable("certificate", err)
	}
	certificate, err := x509.ParseCertificate(file[:len(file)-len(rest)])
	if err != nil {
		return nil, card.Unreadable("certificate", err)
	}
	if modulusBytes(certificate) < leastModulus {
		return nil, card.Unreadable("certificate", errors.New("its key is not RSA of 2048 bits or more"))
	}
	return certificate, nil
}

// leastModulus is RSA-2048: signatures with shorter keys are disallowed (NIST SP
// 800-131A rev. 2 §3).
const leastModulus = 256

// modulusBytes is the length of the certificate's RSA modulus, 0 for others.
func modulusBytes(c *x509.Certificate) int {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok {
		return key.Size()
	}
	return 0
}
