package card

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// signsInfo has the card sign a DigestInfo with whatever the environment is.
func signsInfo(want iso7816.SW) body {
	return func(ctx context.Context, s *session) error {
		digest := sha256.Sum256([]byte("conformance"))
		info := append(bytes.Clone(prefix[crypto.SHA256]), digest[:]...)
		_, err := s.wants(ctx, iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A, Data: info, Le: iso7816.MaxShort}, want)
		return err
	}
}

// signsTooMuch sends 246 bytes, one more than PKCS#1 v1.5 leaves of 2048 bits.
func signsTooMuch(ctx context.Context, s *session) error {
	_, err := s.wants(ctx, iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A, Data: bytes.Repeat([]byte{0x5A}, 246), Le: iso7816.MaxShort}, iso7816.WrongData, iso7816.WrongLength)
	return err
}

// enciphered is a secret for a key's owner.
func (s *session) enciphered(ctx context.Context, k key) (cryptogram, secret []byte, err error) {
	c, err := s.read(ctx, k)
	if err != nil {
		return nil, nil, err
	}
	public, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, nil, fmt.Errorf("the %v certificate's key is no RSA key", k)
	}
	secret = []byte("a secret of conformance")
	cryptogram, err = rsa.EncryptPKCS1v15(rand.Reader, public, secret)
	if err != nil {
		return nil, nil, suite.Broken{Err: err}
	}
	return cryptogram, secret, nil
}

// prepare sets the environment to decipher with a key and returns the answer.
func (s *session) prepare(ctx context.Context, k key) (iso7816.SW, error) {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB8, Data: []byte{0x80, 1, 0x11, 0x83, 1, 1 + byte(k)}})
	return r.SW, err
}

func decipherCommand(cryptogram []byte) iso7816.Command {
	return iso7816.Command{INS: 0x2A, P1: 0x80, P2: 0x86, Data: cryptogram, Le: iso7816.MaxShort}
}

func deciphers(ctx context.Context, s *session) error {
	cryptogram, secret, err := s.enciphered(ctx, authentication)
	if err != nil {
		return err
	}
	sw, err := s.prepare(ctx, authentication)
	if err := is("the environment to decipher with key 1", sw, err, iso7816.OK); err != nil {
		return err
	}
	plain, err := s.wants(ctx, decipherCommand(cryptogram))
	if err != nil {
		return fmt.Errorf("the authentication key does not decipher: %w", err)
	}
	if !bytes.Equal(plain, secret) {
		return fmt.Errorf("the authentication key deciphers to %d bytes that were not enciphered", len(plain))
	}
	return nil
}

func decipherGuarded(ctx context.Context, s *session) error {
	cryptogram, _, err := s.enciphered(ctx, authentication)
	if err != nil {
		return err
	}
	if _, err := s.prepare(ctx, authentication); err != nil {
		return err
	}
	_, err = s.wants(ctx, decipherCommand(cryptogram), iso7816.SecurityStatus)
	return err
}

func deciphersNonsense(ctx context.Context, s *session) error {
	if _, err := s.prepare(ctx, authentication); err != nil {
		return err
	}
	nonsense := append([]byte{0}, bytes.Repeat([]byte{0x5A}, 255)...)
	_, err := s.wants(ctx, decipherCommand(nonsense), iso7816.WrongData, iso7816.ConditionsOfUse)
	return err
}

// commitmentDeciphersNot wants the environment or the operation to be refused.
func commitmentDeciphersNot(ctx context.Context, s *session) error {
	cryptogram, _, err := s.enciphered(ctx, commitment)
	if err != nil {
		return err
	}
	if sw, err := s.prepare(ctx, commitment); err != nil || sw != iso7816.OK {
		return err
	}
	r, err := s.ch.Send(ctx, decipherCommand(cryptogram))
	if err == nil && r.SW == iso7816.OK {
		err = fmt.Errorf("the content-commitment key deciphers: %d bytes", len(r.Data))
	}
	return err
}

func (s *session) random(ctx context.Context, n int) ([]byte, error) {
	return s.wants(ctx, iso7816.Command{INS: 0x84, Le: n})
}

func randomLengths(ctx context.Context, s *session) error {
	for _, n := range []int{8, 24, 255} {
		b, err := s.random(ctx, n)
		if err != nil {
			return err
		}
		if len(b) != n {
			return fmt.Errorf("asked for %d random bytes the card brings %d bytes", n, len(b))
		}
	}
	return nil
}

func randomDiffers(ctx context.Context, s *session) error {
	first, err := s.random(ctx, 8)
	if err != nil {
		return err
	}
	second, err := s.random(ctx, 8)
	if err == nil && bytes.Equal(first, second) {
		err = fmt.Errorf("GET CHALLENGE brings the same eight bytes twice: %X", first)
	}
	return err
}
