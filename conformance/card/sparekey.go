package card

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// certificateIn reads a certificate object.
func (s *session) certificateIn(ctx context.Context, tag uint32) (*x509.Certificate, error) {
	value, err := s.object(ctx, tag)
	if err != nil {
		return nil, err
	}
	der, err := unpacked(value)
	if err != nil {
		return nil, fmt.Errorf("object %X: %w", tag, err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("the certificate in object %X does not parse: %w", tag, err)
	}
	return c, nil
}

// algorithmOf is the identifier of a public key's algorithm, 0 for another.
func algorithmOf(c *x509.Certificate) byte {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() == 2048 {
			return rsa2048
		}
	case *ecdsa.PublicKey:
		return map[int]byte{256: curveP256, 384: curveP384}[k.Params().BitSize]
	}
	return 0
}

// closed is something only the private key of a certificate can open: a
// template for the card, and what it must answer.
func closed(c *x509.Certificate) (data, want []byte, err error) {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		// A padded block in the clear, so that the answer is known to the byte.
		want = append([]byte{0, 2}, bytes.Repeat([]byte{0x5A}, k.Size()-2)...)
		cipher, err := rsaRaw(k, want)
		return signTemplate(cipher), want, err
	case *ecdsa.PublicKey:
		public, err := k.ECDH()
		if err != nil {
			return nil, nil, err
		}
		mine, err := public.Curve().GenerateKey(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		want, err = mine.ECDH(public)
		return iso7816.Wrap(0x7C, []byte{0x82, 0}, iso7816.AppendTLV(nil, 0x85, mine.PublicKey().Bytes())), want, err
	}
	return nil, nil, errors.New("the certificate's key is neither RSA nor on a curve")
}

func managementGuarded(ctx context.Context, s *session) error {
	c, err := s.certificateIn(ctx, tagManagement)
	if err != nil {
		return err
	}
	data, _, err := closed(c)
	if err != nil {
		return err
	}
	_, err = s.wants(ctx, authenticate(algorithmOf(c), managementKey, data), iso7816.SecurityStatus)
	return err
}

func managementWorks(ctx context.Context, s *session) error {
	c, err := s.certificateIn(ctx, tagManagement)
	if err != nil {
		return err
	}
	data, want, err := closed(c)
	if err != nil {
		return err
	}
	got, err := s.response(ctx, algorithmOf(c), managementKey, data)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("the answer of %d bytes is not what was closed", len(got))
	}
	if err != nil {
		return fmt.Errorf("the key management key: %w", err)
	}
	return nil
}

func cardKeySigns(ctx context.Context, s *session) error {
	c, err := s.certificateIn(ctx, tagCardKey)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("conformance"))
	public, ok := c.PublicKey.(*ecdsa.PublicKey)
	block := digest[:]
	if !ok {
		block = paddedBlock()
	}
	out, err := s.response(ctx, algorithmOf(c), cardKey, signTemplate(block))
	if err != nil {
		return fmt.Errorf("without a passcode: %w", err)
	}
	if ok && ecdsa.VerifyASN1(public, digest[:], out) {
		return nil
	}
	if k, isRSA := c.PublicKey.(*rsa.PublicKey); isRSA {
		if back, err := rsaRaw(k, out); err == nil && bytes.Equal(back, block) {
			return nil
		}
	}
	return fmt.Errorf("the signature of %d bytes does not verify with the card authentication certificate", len(out))
}
