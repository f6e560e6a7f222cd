// Package tpmkey keeps the keys that sign results in the host's TPM 2.0, and
// enrols them. The keys are primary ones: the TPM makes the same key again from
// its own seed each time it is asked, so nothing is kept on disk, not even
// wrapped. Clearing the TPM ends them. Source: TCG TPM 2.0 Library part 1, section
// 14 (primary seeds).
//
// How a planner comes to trust a host's key, without anybody's secret leaving
// anywhere: the host says its endorsement key (EK), attestation key (AK) and
// report key ([Request]); the planner, who knows the EK from when the machine was
// bought or set up, encrypts a secret that only the TPM with this EK can open, and
// only for this AK ([NewChallenge]); the host's TPM opens it and lets the AK
// certify the report key ([TPM.Answer]); the planner checks both
// ([Pending.Accept]). The report key is another than the AK, because a restricted
// key signs no digest that was made outside the TPM. Source: TPM 2.0 Library part
// 1, section 24 (credential protection), part 3 TPM2_Certify.
package tpmkey

import (
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"strings"
	"sync"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
)

// Errors of Open. ErrDenied names what an administrator can do.
var (
	ErrNone   = errors.New("this machine has no TPM 2.0 that can be reached")
	ErrDenied = errors.New("this user may not use the TPM; on Linux the group tss may")
)

// TPM is open until Close. It does one thing at a time.
type TPM struct {
	mu   sync.Mutex
	tpm  transport.TPMCloser
	soft bool
}

// Open finds the TPM. where is a device file or the unix socket of a software
// TPM; empty is what the system has. An error is ErrNone, ErrDenied or the TPM's
// own, which is wrapped.
func Open(where string) (*TPM, error) {
	door, err := open(where)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: %w", ErrDenied, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	t := &TPM{tpm: door}
	vendor, err := t.vendor()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrNone, err), door.Close())
	}
	t.soft = strings.Contains(vendor, "SW")
	return t, nil
}

// Close lets go of the TPM. Keys of it cannot sign any more.
func (t *TPM) Close() error { return t.tpm.Close() }

// Class is attest.SWTPM for swtpm, and attest.TPM for all others. It is the TPM's
// word: that it is a real one is for the planner to know, by its EK.
func (t *TPM) Class() attest.Class {
	if t.soft {
		return attest.SWTPM
	}
	return attest.TPM
}

// vendor is TPM_PT_VENDOR_STRING_1 to 4, such as "SW   TPM". Source: TPM 2.0
// Library part 2, TPM_PT.
func (t *TPM) vendor() (string, error) {
	got, err := tpm2.GetCapability{Capability: tpm2.TPMCapTPMProperties, Property: uint32(tpm2.TPMPTVendorString1), PropertyCount: 4}.Execute(t.tpm)
	if err != nil {
		return "", err
	}
	all, err := got.CapabilityData.Data.TPMProperties()
	if err != nil {
		return "", err
	}
	var text []byte
	for _, p := range all.TPMProperty {
		text = append(text, byte(p.Value>>24), byte(p.Value>>16), byte(p.Value>>8), byte(p.Value))
	}
	return string(text), nil
}

// Key is a key of the TPM. It is an attest.Signer.
type Key struct {
	tpm    *TPM
	what   tpm2.TPMTPublic
	public *ecdsa.PublicKey
}

// Key is the TPM's signing key for a purpose, such as "report". Each purpose has
// its own.
func (t *TPM) Key(purpose string) (*Key, error) {
	k := &Key{tpm: t, what: signing(purpose)}
	err := t.with(tpm2.TPMRHOwner, k.what, func(o object) (err error) {
		k.public, err = point(o.public)
		return err
	})
	return k, err
}

// Public is an *ecdsa.PublicKey on P-256. It is crypto.Signer's.
func (k *Key) Public() crypto.PublicKey { return k.public }

// Class is the TPM's.
func (k *Key) Class() attest.Class { return k.tpm.Class() }

// Sign answers an ECDSA-Sig-Value in DER (RFC 3279 section 2.2.3) over a digest
// of 32 bytes. The TPM brings its own randomness. It is crypto.Signer's.
func (k *Key) Sign(_ io.Reader, digest []byte, o crypto.SignerOpts) (signature []byte, err error) {
	if o.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, fmt.Errorf("the TPM's key signs a SHA-256 digest only, not %d bytes of %v", len(digest), o.HashFunc())
	}
	err = k.tpm.with(tpm2.TPMRHOwner, k.what, func(o object) error {
		signed, err := tpm2.Sign{
			KeyHandle:  o.auth(),
			Digest:     tpm2.TPM2BDigest{Buffer: digest},
			InScheme:   tpm2.TPMTSigScheme{Scheme: tpm2.TPMAlgNull},
			Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck},
		}.Execute(k.tpm.tpm)
		if err != nil {
			return err
		}
		signature, err = der(signed.Signature)
		return err
	})
	return signature, err
}

func der(s tpm2.TPMTSignature) ([]byte, error) {
	e, err := s.Signature.ECDSA()
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(e.SignatureR.Buffer))
		b.AddASN1BigInt(new(big.Int).SetBytes(e.SignatureS.Buffer))
	})
	return b.Bytes()
}

// object is a key in the TPM's memory.
type object struct {
	handle tpm2.TPMHandle
	name   tpm2.TPM2BName
	public tpm2.TPM2BPublic
}

func (o object) auth() tpm2.AuthHandle {
	return tpm2.AuthHandle{Handle: o.handle, Name: o.name, Auth: tpm2.PasswordAuth(nil)}
}

// with makes a primary key, does something with it and takes it out of the TPM's
// memory, which without a resource manager has room for three.
func (t *TPM) with(hierarchy tpm2.TPMHandle, what tpm2.TPMTPublic, do func(object) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hold(hierarchy, what, do)
}

// hold is with for who has the lock.
func (t *TPM) hold(hierarchy tpm2.TPMHandle, what tpm2.TPMTPublic, do func(object) error) error {
	made, err := tpm2.CreatePrimary{PrimaryHandle: hierarchy, InPublic: tpm2.New2B(what)}.Execute(t.tpm)
	if err != nil {
		return fmt.Errorf("the TPM makes no key: %w", err)
	}
	if err = do(object{made.ObjectHandle, made.Name, made.OutPublic}); err != nil {
		err = fmt.Errorf("the TPM's key: %w", err)
	}
	_, flushed := tpm2.FlushContext{FlushHandle: made.ObjectHandle}.Execute(t.tpm)
	return errors.Join(err, flushed)
}

func point(made tpm2.TPM2BPublic) (*ecdsa.PublicKey, error) {
	public, err := made.Contents()
	if err != nil {
		return nil, err
	}
	return ecdsaKey(public)
}

func ecdsaKey(public *tpm2.TPMTPublic) (*ecdsa.PublicKey, error) {
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
