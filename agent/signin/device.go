package signin

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Device is this machine's key: P-256, signs SHA-256 digests in DER. Close
// lets go of it. agent/devicekey has the real one.
type Device interface {
	crypto.Signer
	io.Closer
}

// deviceTime is what a TPM may take to make its key and sign once. Slow ones
// need a second.
const deviceTime = 10 * time.Second

// deviceClaims are those of a device proof (PROTOCOL.md §6.1).
type deviceClaims struct {
	Subject     string `json:"sub"`
	Audience    string `json:"aud"`
	Transaction string `json:"txn"`
	Nonce       string `json:"nonce"`
	ID          string `json:"jti"`
	IssuedAt    int64  `json:"iat"`
	Expires     int64  `json:"exp"`
}

// proveDevice makes the device proof where the request asks for one, before
// the person is asked and before the card is held: a TPM is slow. Preferred
// goes on without, and the log says why.
func (f *flow) proveDevice(ctx context.Context) error {
	if f.request.Device == "none" {
		return nil
	}
	proof, err := f.deviceProof(ctx)
	if err == nil {
		f.proof = proof
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if f.request.Device == "required" {
		return fail(DeviceRequired, "this computer cannot prove itself: %w", err)
	}
	f.log().Warn("this computer cannot prove itself; the sign-in goes on without, as the request allows", "error", err)
	return nil
}

// errNoDevice is an agent that was given no way to a device key.
var errNoDevice = errors.New("this agent has no device key")

// deviceProof lets the device key sign. A TPM that does not come back keeps
// its goroutine, and nobody waits.
func (f *flow) deviceProof(ctx context.Context) (string, error) {
	if f.Device == nil {
		return "", errNoDevice
	}
	claims, err := f.deviceClaims()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, deviceTime)
	defer cancel()
	type answer struct {
		proof string
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		proof, err := signDevice(f.Device, claims)
		done <- answer{proof, err}
	}()
	select {
	case a := <-done:
		return a.proof, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("the TPM does not answer: %w", ctx.Err())
	}
}

func (f *flow) deviceClaims() ([]byte, error) {
	id, err := f.newID()
	if err != nil {
		return nil, err
	}
	return json.Marshal(deviceClaims{
		Subject: f.facts.Holder.UUID, Audience: f.request.Issuer,
		Transaction: f.request.Transaction, Nonce: f.request.Nonce, ID: id,
		IssuedAt: f.now().Add(f.skew).Unix(), Expires: f.request.Expires,
	})
}

func signDevice(open func() (Device, error), claims []byte) (proof string, err error) {
	device, err := open()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, device.Close()) }()
	public, ok := device.Public().(*ecdsa.PublicKey)
	if !ok {
		return "", fmt.Errorf("the device key is %T", device.Public())
	}
	options := (&jose.SignerOptions{EmbedJWK: true}).WithType("cis2-device-proof+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: &deviceKey{device, public}}, options)
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// deviceKey lets go-jose sign with a device.
type deviceKey struct {
	device Device
	public *ecdsa.PublicKey
}

// Public is jose.OpaqueSigner's.
func (k *deviceKey) Public() *jose.JSONWebKey { return &jose.JSONWebKey{Key: k.public} }

// Algs is jose.OpaqueSigner's.
func (k *deviceKey) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{jose.ES256} }

// SignPayload is jose.OpaqueSigner's: R and S, 32 bytes each, big-endian (RFC
// 7518 section 3.4). What the device made is verified before it leaves.
func (k *deviceKey) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	digest := sha256.Sum256(payload)
	der, err := k.device.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	if !ecdsa.VerifyASN1(k.public, digest[:], der) {
		return nil, errors.New("the device key's signature does not verify")
	}
	return fixed(der)
}

// fixed turns an ECDSA-Sig-Value into R and S of 32 bytes each.
func fixed(der []byte) ([]byte, error) {
	var pair cryptobyte.String
	input := cryptobyte.String(der)
	raw := make([]byte, 64)
	var r, s []byte
	if !input.ReadASN1(&pair, asn1.SEQUENCE) || !pair.ReadASN1Integer(&r) || !pair.ReadASN1Integer(&s) || len(r) > 32 || len(s) > 32 {
		return nil, errors.New("the device key's signature is malformed")
	}
	copy(raw[32-len(r):32], r)
	copy(raw[64-len(s):], s)
	return raw, nil
}
