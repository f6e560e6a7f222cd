// Package devicekey is this machine's key, which lives in its TPM 2.0 and
// nowhere else. The key is a primary one: the TPM makes the same key again from
// its own seed each time it is asked, so nothing is kept on disk, not even
// wrapped. Clearing the TPM ends the key. Source: TCG TPM 2.0 Library part 1
// (Architecture), section 14 (primary seeds), and part 3, TPM2_CreatePrimary.
package devicekey

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Errors of Open. ErrDenied names what an administrator can do.
var (
	ErrNone   = errors.New("devicekey: this machine has no TPM 2.0 that can be reached")
	ErrDenied = errors.New("devicekey: this user may not use the TPM; on Linux the group tss may")
)

// Key is open until Close. It signs one thing at a time.
type Key struct {
	tpm    transport.TPMCloser
	handle tpm2.TPMHandle
	name   tpm2.TPM2BName
	public *ecdsa.PublicKey
}

// Open finds the key of this machine's TPM, or makes it: the two are one.
// where is a device file or the unix socket of a software TPM; empty is what
// the system has. An error is ErrNone, ErrDenied or the TPM's own, which is
// wrapped.
func Open(where string) (*Key, error) {
	tpm, err := open(where)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: %w", ErrDenied, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	k := &Key{tpm: tpm}
	if err := k.create(); err != nil {
		return nil, errors.Join(fmt.Errorf("devicekey: the TPM makes no key: %w", err), tpm.Close())
	}
	return k, nil
}

func (k *Key) create() error {
	made, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(template())}.Execute(k.tpm)
	if err != nil {
		return err
	}
	k.handle, k.name = made.ObjectHandle, made.Name
	if k.public, err = point(made.OutPublic); err != nil {
		return errors.Join(err, k.flush())
	}
	return nil
}

func point(made tpm2.TPM2BPublic) (*ecdsa.PublicKey, error) {
	public, err := made.Contents()
	if err != nil {
		return nil, err
	}
	curve, err := public.Parameters.ECCDetail()
	if err != nil {
		return nil, err
	}
	at, err := public.Unique.ECC()
	if err != nil {
		return nil, err
	}
	return tpm2.ECDSAPub(curve, at)
}

// Public is an *ecdsa.PublicKey on P-256. It is crypto.Signer's.
func (k *Key) Public() crypto.PublicKey { return k.public }

// Sign answers an ECDSA-Sig-Value in DER (RFC 3279 section 2.2.3) over a digest
// of 32 bytes. The TPM brings its own randomness. It is crypto.Signer's.
func (k *Key) Sign(_ io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	if o.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, fmt.Errorf("devicekey: signs a SHA-256 digest only, not %d bytes of %v", len(digest), o.HashFunc())
	}
	signed, err := tpm2.Sign{
		KeyHandle:  tpm2.AuthHandle{Handle: k.handle, Name: k.name, Auth: tpm2.PasswordAuth(nil)},
		Digest:     tpm2.TPM2BDigest{Buffer: digest},
		InScheme:   tpm2.TPMTSigScheme{Scheme: tpm2.TPMAlgNull},
		Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck},
	}.Execute(k.tpm)
	if err != nil {
		return nil, fmt.Errorf("devicekey: the TPM does not sign: %w", err)
	}
	s, err := signed.Signature.Signature.ECDSA()
	if err != nil {
		return nil, fmt.Errorf("devicekey: %w", err)
	}
	return der(new(big.Int).SetBytes(s.SignatureR.Buffer), new(big.Int).SetBytes(s.SignatureS.Buffer))
}

func der(r, s *big.Int) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1BigInt(r); b.AddASN1BigInt(s) })
	return b.Bytes()
}

// Close takes the key out of the TPM's memory and lets go of the TPM.
func (k *Key) Close() error { return errors.Join(k.flush(), k.tpm.Close()) }

func (k *Key) flush() error {
	_, err := tpm2.FlushContext{FlushHandle: k.handle}.Execute(k.tpm)
	return err
}

// Thumbprint names a public key: RFC 7638, SHA-256, base64url without padding.
// It is what an administrator enrols. Empty for a key that JOSE does not know.
func Thumbprint(public crypto.PublicKey) string {
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64url(sum)
}
