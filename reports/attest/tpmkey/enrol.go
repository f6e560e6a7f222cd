package tpmkey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/google/go-tpm/tpm2"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
)

// ErrEnrol is wrapped when a planner must not trust what a host sent.
var ErrEnrol = errors.New("the host's key is not enrolled")

// Request is what a host says of itself. Public areas are TPMT_PUBLIC.
type Request struct {
	Host   string       `json:"host"`
	Class  attest.Class `json:"key_class"` // the host's own word
	EK     []byte       `json:"ek"`
	AK     []byte       `json:"ak"`
	Report []byte       `json:"report"`
}

// EKDigest is the SHA-256 of the endorsement key's public area in hexadecimal: by
// it a planner knows the machine.
func (r Request) EKDigest() string {
	sum := sha256.Sum256(r.EK)
	return hex.EncodeToString(sum[:])
}

// Request makes the host's request.
func (t *TPM) Request(host string) (Request, error) {
	r := Request{Host: host, Class: t.Class()}
	for _, k := range []struct {
		hierarchy tpm2.TPMHandle
		what      tpm2.TPMTPublic
		into      *[]byte
	}{
		{tpm2.TPMRHEndorsement, tpm2.ECCEKTemplate, &r.EK},
		{tpm2.TPMRHOwner, attestation(), &r.AK},
		{tpm2.TPMRHOwner, signing(Report), &r.Report},
	} {
		err := t.with(k.hierarchy, k.what, func(o object) error {
			public, err := o.public.Contents()
			if err == nil {
				*k.into = tpm2.Marshal(public)
			}
			return err
		})
		if err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

// Challenge is what only the TPM with the request's EK can answer.
type Challenge struct {
	Credential []byte `json:"credential"` // TPM2B_ID_OBJECT's buffer
	Secret     []byte `json:"secret"`     // TPM2B_ENCRYPTED_SECRET's buffer
	Nonce      []byte `json:"nonce"`
}

// Pending is what the planner keeps until the answer comes. It holds no secret.
type Pending struct {
	Request Request `json:"request"`
	Proof   []byte  `json:"proof_sha256"` // of the secret that must come back
	Nonce   []byte  `json:"nonce"`
}

// NewChallenge challenges a host whose EK is the expected one, given by its
// digest. Errors wrap ErrEnrol.
func NewChallenge(r Request, ek string, random io.Reader) (Challenge, Pending, error) {
	fail := func(why string, err error) (Challenge, Pending, error) {
		return Challenge{}, Pending{}, fmt.Errorf("%w: %s: %w", ErrEnrol, why, err)
	}
	if r.EKDigest() != ek {
		return Challenge{}, Pending{}, fmt.Errorf("%w: its endorsement key is %s, not the expected %s", ErrEnrol, r.EKDigest(), ek)
	}
	endorsement, err := tpm2.Unmarshal[tpm2.TPMTPublic](r.EK)
	if err != nil {
		return fail("its endorsement key cannot be read", err)
	}
	key, err := tpm2.ImportEncapsulationKey(endorsement)
	if err != nil {
		return fail("its endorsement key cannot be used", err)
	}
	name, err := nameOf(r.AK, attestation())
	if err != nil {
		return fail("its attestation key", err)
	}
	secret := make([]byte, 2*sha256.Size) // a secret and a nonce
	if _, err := io.ReadFull(random, secret); err != nil {
		return fail("no randomness", err)
	}
	secret, nonce := secret[:sha256.Size], secret[sha256.Size:]
	credential, sealed, err := tpm2.CreateCredential(rand.Reader, key, name, secret)
	if err != nil {
		return fail("no credential can be made", err)
	}
	proof := sha256.Sum256(secret)
	return Challenge{Credential: credential, Secret: sealed, Nonce: nonce}, Pending{Request: r, Proof: proof[:], Nonce: nonce}, nil
}

// nameOf is the name of a key that is as the template wants it, but for its
// point.
func nameOf(public []byte, want tpm2.TPMTPublic) ([]byte, error) {
	got, err := tpm2.Unmarshal[tpm2.TPMTPublic](public)
	if err != nil {
		return nil, err
	}
	want.Unique = got.Unique
	if !bytes.Equal(tpm2.Marshal(want), public) {
		return nil, errors.New("it is not of the form that we make: it may not be fixed in the TPM")
	}
	name, err := tpm2.ObjectName(got)
	if err != nil {
		return nil, err
	}
	return name.Buffer, nil
}

// Answer is the host's answer.
type Answer struct {
	Secret    []byte `json:"secret"`
	Certified []byte `json:"certified"` // TPMS_ATTEST
	Signature []byte `json:"signature"` // TPMT_SIGNATURE, by the AK
}

// Answer lets the TPM open the challenge and certify the report key. A challenge
// for another TPM or another AK is the TPM's error.
func (t *TPM) Answer(c Challenge) (Answer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var a Answer
	err := t.hold(tpm2.TPMRHOwner, attestation(), func(ak object) error {
		if err := t.activate(ak, c, &a); err != nil {
			return err
		}
		return t.hold(tpm2.TPMRHOwner, signing(Report), func(report object) error { return t.certify(ak, report, c.Nonce, &a) })
	})
	return a, err
}

func (t *TPM) activate(ak object, c Challenge, a *Answer) error {
	return t.hold(tpm2.TPMRHEndorsement, tpm2.ECCEKTemplate, func(ek object) error {
		opened, err := tpm2.ActivateCredential{
			ActivateHandle: ak.auth(),
			KeyHandle:      tpm2.AuthHandle{Handle: ek.handle, Name: ek.name, Auth: tpm2.Policy(tpm2.TPMAlgSHA256, 16, endorsed)},
			CredentialBlob: tpm2.TPM2BIDObject{Buffer: c.Credential},
			Secret:         tpm2.TPM2BEncryptedSecret{Buffer: c.Secret},
		}.Execute(t.tpm)
		if err == nil {
			a.Secret = opened.CertInfo.Buffer
		}
		return err
	})
}

func (t *TPM) certify(ak, report object, nonce []byte, a *Answer) error {
	said, err := tpm2.Certify{
		ObjectHandle:   report.auth(),
		SignHandle:     ak.auth(),
		QualifyingData: tpm2.TPM2BData{Buffer: nonce},
		InScheme:       tpm2.TPMTSigScheme{Scheme: tpm2.TPMAlgNull},
	}.Execute(t.tpm)
	if err != nil {
		return err
	}
	a.Certified, a.Signature = said.CertifyInfo.Bytes(), tpm2.Marshal(said.Signature)
	return nil
}

// Accept is the host's report key, if the answer proves it. Errors wrap ErrEnrol.
func (p Pending) Accept(a Answer) (attest.Key, error) {
	proof := sha256.Sum256(a.Secret)
	if subtle.ConstantTimeCompare(proof[:], p.Proof) != 1 {
		return attest.Key{}, fmt.Errorf("%w: the TPM did not open the challenge", ErrEnrol)
	}
	name, err := nameOf(p.Request.Report, signing(Report))
	if err != nil {
		return attest.Key{}, fmt.Errorf("%w: its report key: %w", ErrEnrol, err)
	}
	if err := p.signed(a); err != nil {
		return attest.Key{}, fmt.Errorf("%w: %w", ErrEnrol, err)
	}
	if err := p.certified(a, name); err != nil {
		return attest.Key{}, fmt.Errorf("%w: %w", ErrEnrol, err)
	}
	report, err := tpm2.Unmarshal[tpm2.TPMTPublic](p.Request.Report)
	if err != nil {
		return attest.Key{}, fmt.Errorf("%w: %w", ErrEnrol, err)
	}
	public, err := ecdsaKey(report)
	if err != nil {
		return attest.Key{}, fmt.Errorf("%w: %w", ErrEnrol, err)
	}
	return attest.NewKey(public)
}

// signed checks the AK's signature.
func (p Pending) signed(a Answer) error {
	ak, err := tpm2.Unmarshal[tpm2.TPMTPublic](p.Request.AK)
	if err != nil {
		return err
	}
	public, err := ecdsaKey(ak)
	if err != nil {
		return err
	}
	signature, err := tpm2.Unmarshal[tpm2.TPMTSignature](a.Signature)
	if err != nil {
		return err
	}
	s, err := signature.Signature.ECDSA()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(a.Certified)
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(s.SignatureR.Buffer), new(big.Int).SetBytes(s.SignatureS.Buffer)) {
		return errors.New("the attestation key did not sign")
	}
	return nil
}

// certified checks that it is this report key that was certified, now. Source:
// TPM 2.0 Library part 2, TPMS_ATTEST, TPM_GENERATED, TPM_ST_ATTEST_CERTIFY.
func (p Pending) certified(a Answer, name []byte) error {
	said, err := tpm2.Unmarshal[tpm2.TPMSAttest](a.Certified)
	if err != nil {
		return err
	}
	info, err := said.Attested.Certify()
	switch {
	case said.Magic != tpm2.TPMGeneratedValue || said.Type != tpm2.TPMSTAttestCertify || err != nil:
		return errors.New("what was signed is no certification by a TPM")
	case !bytes.Equal(said.ExtraData.Buffer, p.Nonce):
		return errors.New("the certification answers another challenge")
	case !bytes.Equal(info.Name.Buffer, name):
		return errors.New("another key was certified")
	}
	return nil
}
