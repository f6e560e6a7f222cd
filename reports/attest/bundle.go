package attest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	bundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	common "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	envelope "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	"google.golang.org/protobuf/encoding/protojson"
)

// MediaType is that of a bundle, PayloadType that of what is signed in it.
const (
	MediaType   = "application/vnd.dev.sigstore.bundle.v0.3+json"
	PayloadType = "application/vnd.in-toto+json"
)

// Limit is the largest bundle that is read, in bytes.
const Limit = 8 << 20

// Bundle is a signed statement. Until Verify it is only bytes that somebody
// handed in.
type Bundle struct {
	raw  []byte
	in   *envelope.Envelope
	hint string
}

// Sign signs a statement.
func Sign(by Signer, s Statement) (*Bundle, error) {
	key, err := NewKey(by.Public())
	if err != nil {
		return nil, err
	}
	payload, err := s.marshal()
	if err != nil {
		return nil, err
	}
	signing, err := dsse.NewEnvelopeSigner(signer{by})
	if err != nil {
		return nil, err
	}
	signed, err := signing.SignPayload(context.Background(), PayloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", s.Type, err)
	}
	signature, err := base64.StdEncoding.DecodeString(signed.Signatures[0].Sig)
	if err != nil {
		return nil, err
	}
	return wrap(key, payload, signature)
}

func wrap(key Key, payload, signature []byte) (*Bundle, error) {
	in := &envelope.Envelope{PayloadType: PayloadType, Payload: payload, Signatures: []*envelope.Signature{{Sig: signature}}}
	raw, err := protojson.Marshal(&bundle.Bundle{
		MediaType: MediaType,
		VerificationMaterial: &bundle.VerificationMaterial{
			Content: &bundle.VerificationMaterial_PublicKey{PublicKey: &common.PublicKeyIdentifier{Hint: key.hint()}},
		},
		Content: &bundle.Bundle_DsseEnvelope{DsseEnvelope: in},
	})
	if err != nil {
		return nil, err
	}
	return &Bundle{raw: append(raw, '\n'), in: in, hint: key.hint()}, nil
}

// Read reads a bundle and believes nothing of it. It refuses unknown and
// repeated names, more than Limit bytes, other media types than ours, and other
// than one signature.
func Read(raw []byte) (*Bundle, error) {
	if len(raw) > Limit {
		return nil, fmt.Errorf("bundle: %w: more than %d bytes", ErrFormat, Limit)
	}
	var b bundle.Bundle
	if err := protojson.Unmarshal(raw, &b); err != nil {
		return nil, fmt.Errorf("bundle: %w: %w", ErrFormat, err)
	}
	in, key := b.GetDsseEnvelope(), b.GetVerificationMaterial().GetPublicKey()
	switch {
	case b.GetMediaType() != MediaType:
		return nil, fmt.Errorf("bundle: %w: media type %q, want %s", ErrFormat, b.GetMediaType(), MediaType)
	case in.GetPayloadType() != PayloadType:
		return nil, fmt.Errorf("bundle: %w: payload type %q, want %s", ErrFormat, in.GetPayloadType(), PayloadType)
	case len(in.GetSignatures()) != 1 || in.Signatures[0].GetKeyid() != "":
		return nil, fmt.Errorf("bundle: %w: want exactly one signature, without keyid", ErrFormat)
	case key == nil:
		return nil, fmt.Errorf("bundle: %w: want a public key's hint as verification material", ErrFormat)
	}
	return &Bundle{raw: raw, in: in, hint: key.GetHint()}, nil
}

// Verify checks the signature and the statement's form. Errors wrap ErrSignature
// or ErrFormat.
func (b *Bundle) Verify(key Key) (Statement, error) {
	if b.hint != key.hint() {
		return Statement{}, fmt.Errorf("%w: another key is named", ErrSignature)
	}
	checking, err := dsse.NewEnvelopeVerifier(verifier{key})
	if err != nil {
		return Statement{}, err
	}
	if _, err := checking.Verify(context.Background(), b.dsse()); err != nil {
		return Statement{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return parse(b.in.GetPayload())
}

// VerifyAny is Verify with the one of the keys that the bundle names.
func (b *Bundle) VerifyAny(keys []Key) (Statement, Key, error) {
	for _, k := range keys {
		if b.hint == k.hint() {
			s, err := b.Verify(k)
			return s, k, err
		}
	}
	return Statement{}, Key{}, fmt.Errorf("%w: no key that is trusted here is named", ErrSignature)
}

// Claims is the type of predicate that the bundle claims to hold, to know whose
// signature to ask for. It is not verified.
func (b *Bundle) Claims() string {
	var s struct {
		Type string `json:"predicateType"`
	}
	_ = json.Unmarshal(b.in.GetPayload(), &s)
	return s.Type
}

// JSON is the bundle as it goes into a file.
func (b *Bundle) JSON() []byte { return b.raw }

// Envelope is the DSSE envelope alone, for tools that take no bundle.
func (b *Bundle) Envelope() ([]byte, error) {
	out, err := json.Marshal(struct {
		PayloadType string              `json:"payloadType"`
		Payload     string              `json:"payload"`
		Signatures  []map[string]string `json:"signatures"`
	}{b.in.GetPayloadType(), b.dsse().Payload, []map[string]string{{"sig": b.dsse().Signatures[0].Sig}}})
	return append(out, '\n'), err
}

// Digest is the SHA-256 of the statement's bytes, in hexadecimal: the name of
// what was said, whoever signed it and how often.
func (b *Bundle) Digest() string {
	sum := sha256.Sum256(b.in.GetPayload())
	return hex.EncodeToString(sum[:])
}

func (b *Bundle) dsse() *dsse.Envelope {
	std := base64.StdEncoding
	return &dsse.Envelope{
		PayloadType: b.in.GetPayloadType(), Payload: std.EncodeToString(b.in.GetPayload()),
		Signatures: []dsse.Signature{{Sig: std.EncodeToString(b.in.GetSignatures()[0].GetSig())}},
	}
}
