package attest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
)

// Signer has a private key on P-256 and says where it lives. It signs a SHA-256
// digest and answers an ECDSA-Sig-Value in DER.
type Signer interface {
	crypto.Signer
	Class() Class
}

// Key is the public half. The zero value verifies nothing.
type Key struct {
	public *ecdsa.PublicKey
	spki   []byte
}

// NewKey takes an ECDSA key on P-256; others are ErrFormat.
func NewKey(public crypto.PublicKey) (Key, error) {
	p, ok := public.(*ecdsa.PublicKey)
	if !ok || p.Curve != elliptic.P256() {
		return Key{}, fmt.Errorf("public key: %w: it is no ECDSA key on P-256", ErrFormat)
	}
	spki, err := x509.MarshalPKIXPublicKey(p)
	if err != nil {
		return Key{}, fmt.Errorf("public key: %w: %w", ErrFormat, err)
	}
	return Key{public: p, spki: spki}, nil
}

// ParseKey reads one PEM block of type PUBLIC KEY.
func ParseKey(text []byte) (Key, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 {
		return Key{}, fmt.Errorf("public key: %w: want one PEM block PUBLIC KEY and nothing else", ErrFormat)
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return Key{}, fmt.Errorf("public key: %w: %w", ErrFormat, err)
	}
	return NewKey(public)
}

// PEM is the key for a file.
func (k Key) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.spki})
}

// ID is the SHA-256 of the SubjectPublicKeyInfo, in hexadecimal.
func (k Key) ID() string {
	sum := sha256.Sum256(k.spki)
	return hex.EncodeToString(sum[:])
}

// hint is the same in the form that Sigstore bundles have.
func (k Key) hint() string {
	sum := sha256.Sum256(k.spki)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// verifier is a Key for package dsse. It has no key ID: cosign and slsa-verifier
// would compare one with their own.
type verifier struct{ Key }

func (v verifier) KeyID() (string, error)   { return "", nil }
func (v verifier) Public() crypto.PublicKey { return v.public }
func (v verifier) Verify(_ context.Context, data, signature []byte) error {
	sum := sha256.Sum256(data)
	if v.public == nil || !ecdsa.VerifyASN1(v.public, sum[:], signature) {
		return ErrSignature
	}
	return nil
}

// signer is a Signer for package dsse.
type signer struct{ Signer }

func (s signer) KeyID() (string, error) { return "", nil }
func (s signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	sum := sha256.Sum256(data)
	return s.Signer.Sign(rand.Reader, sum[:], crypto.SHA256)
}
