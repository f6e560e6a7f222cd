package card

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Key references and algorithms of GENERAL AUTHENTICATE (SP 800-78-4 tables 6-1
// and 6-2).
const (
	authKey       = 0x9A
	adminKey      = 0x9B
	signKey       = 0x9C
	managementKey = 0x9D
	cardKey       = 0x9E
	rsa2048       = 0x07
	curveP256     = 0x11
	curveP384     = 0x14
)

// template makes the data of a GENERAL AUTHENTICATE.
type template func(s *session) []byte

func signTemplate(block []byte) []byte {
	return iso7816.Wrap(0x7C, []byte{0x82, 0}, iso7816.AppendTLV(nil, 0x81, block))
}

// paddedBlock is a digest padded for PKCS#1 v1.5 (RFC 8017 §9.2).
func paddedBlock() []byte {
	digest := sha256.Sum256([]byte("conformance"))
	info := append(bytes.Clone(prefix[crypto.SHA256]), digest[:]...)
	return append(append(append([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, 256-3-len(info))...), 0), info...)
}

func usual(*session) []byte { return signTemplate(paddedBlock()) }

func challengeFirst(*session) []byte {
	return iso7816.Wrap(0x7C, iso7816.AppendTLV(nil, 0x81, paddedBlock()), []byte{0x82, 0})
}

func sized(n int) template {
	return func(*session) []byte { return signTemplate(append([]byte{0}, bytes.Repeat([]byte{0x5A}, n-1)...)) }
}

func aboveModulus(*session) []byte { return signTemplate(bytes.Repeat([]byte{0xFF}, 256)) }

func noResponse(*session) []byte {
	return iso7816.Wrap(0x7C, iso7816.AppendTLV(nil, 0x81, paddedBlock()))
}

func authenticate(algorithm, key byte, data []byte) iso7816.Command {
	return iso7816.Command{INS: 0x87, P1: algorithm, P2: key, Data: data, Le: iso7816.MaxShort}
}

// response is what the card made of a template: 7C{82}.
func (s *session) response(ctx context.Context, algorithm, key byte, data []byte) ([]byte, error) {
	answer, err := s.wants(ctx, authenticate(algorithm, key, data))
	if err != nil {
		return nil, err
	}
	out, ok := iso7816.Find(answer, 0x7C, 0x82)
	if !ok || len(out) == 0 {
		return nil, fmt.Errorf("key %02X answers % X, without 7C{82}", key, answer[:min(len(answer), 8)])
	}
	return out, nil
}

// authenticates wants a key to answer a template.
func authenticates(key byte, t template) body {
	return func(ctx context.Context, s *session) error {
		_, err := s.response(ctx, rsa2048, key, t(s))
		return err
	}
}

// refuses wants a template to be answered with one of the status words.
func refuses(algorithm, key byte, t template, want ...iso7816.SW) body {
	return func(ctx context.Context, s *session) error {
		_, err := s.wants(ctx, authenticate(algorithm, key, t(s)), want...)
		return err
	}
}

// refusesToSign wants 6982.
func refusesToSign(k key, when string) body {
	return func(ctx context.Context, s *session) error { return s.mustRefuse(ctx, k, when) }
}

func signsTwice(ctx context.Context, s *session) error {
	if err := s.signs(ctx, authentication, crypto.SHA256); err != nil {
		return err
	}
	if _, err := s.read(ctx, authentication); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("again"))
	if _, err := s.sign(ctx, s.ch, authentication, append(bytes.Clone(prefix[crypto.SHA256]), digest[:]...)); err != nil {
		return fmt.Errorf("the authentication key does not sign a second time: %w", err)
	}
	return nil
}

// public is the RSA key of the authentication certificate.
func (s *session) public(ctx context.Context) (*rsa.PublicKey, error) {
	c, err := s.read(ctx, authentication)
	if err != nil {
		return nil, err
	}
	public, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the authentication certificate's key is no RSA key")
	}
	return public, nil
}

// signsRaw wants block^d mod n for a block without any padding.
func signsRaw(ctx context.Context, s *session) error {
	public, err := s.public(ctx)
	if err != nil {
		return err
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	block := append([]byte{0, 0x5A}, bytes.Repeat([]byte{0xC3}, 254)...)
	out, err := s.response(ctx, rsa2048, authKey, signTemplate(block))
	if err != nil {
		return err
	}
	if back, err := rsaRaw(public, out); err != nil || !bytes.Equal(back, block) {
		return fmt.Errorf("the public key applied to the answer of %d bytes does not bring the block back", len(out))
	}
	return nil
}

// rsaRaw is block^e mod n (RFC 8017 §5.2.2).
func rsaRaw(k *rsa.PublicKey, block []byte) ([]byte, error) {
	m := new(big.Int).SetBytes(block)
	if m.Cmp(k.N) >= 0 {
		return nil, errors.New("the block is not below the modulus")
	}
	return m.Exp(m, big.NewInt(int64(k.E)), k.N).FillBytes(make([]byte, k.Size())), nil
}

// opened is what a signature turns into with the public key, for a failure's
// text.
func opened(k *rsa.PublicKey, signature []byte) string {
	m := new(big.Int).SetBytes(signature)
	if m.Cmp(k.N) >= 0 {
		return fmt.Sprintf("it has %d bytes and is above the modulus", len(signature))
	}
	m.Exp(m, big.NewInt(int64(k.E)), k.N)
	return fmt.Sprintf("it has %d bytes and opens to %.4X…", len(signature), m.FillBytes(make([]byte, k.Size())))
}

func signsPSS(ctx context.Context, s *session) error {
	public, err := s.public(ctx)
	if err != nil {
		return err
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("conformance with PSS"))
	block := pss(digest[:], []byte("a salt of conformance, 32 bytes."), public.N.BitLen()-1)
	out, err := s.response(ctx, rsa2048, authKey, signTemplate(block))
	if err != nil {
		return err
	}
	if err := rsa.VerifyPSS(public, crypto.SHA256, digest[:], out, nil); err != nil {
		return fmt.Errorf("the PSS signature does not verify with the certificate: %w; %s", err, opened(public, out))
	}
	return nil
}

// pss is EMSA-PSS with SHA-256 and MGF1 (RFC 8017 §9.1.1).
func pss(digest, salt []byte, bits int) []byte {
	length := (bits + 7) / 8
	h := sha256.Sum256(append(append(make([]byte, 8), digest...), salt...))
	block := make([]byte, length)
	masked := block[:length-len(h)-1]
	masked[len(masked)-len(salt)-1] = 1
	copy(masked[len(masked)-len(salt):], salt)
	for i := 0; i < len(masked); i++ {
		seed := binary.BigEndian.AppendUint32(bytes.Clone(h[:]), uint32(i/len(h)))
		mask := sha256.Sum256(seed)
		masked[i] ^= mask[i%len(h)]
	}
	masked[0] &= 0xFF >> (8*length - bits)
	copy(block[len(masked):], h[:])
	block[length-1] = 0xBC
	return block
}

// challenged asks the card for a challenge of key 9B; a card whose key has
// another algorithm refuses, which is a command all the same.
func challenged(ctx context.Context, s *session) error {
	_, err := s.ch.Send(ctx, authenticate(0x03, adminKey, []byte{0x7C, 0x02, 0x81, 0x00}))
	return err
}
