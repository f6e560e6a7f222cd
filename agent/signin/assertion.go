package signin

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
)

// assertionLife is exp minus iat (PROTOCOL.md §6).
const assertionLife = 60 * time.Second

// claims are those of a card assertion (PROTOCOL.md §6).
type claims struct {
	Issuer      string `json:"iss"`
	Subject     string `json:"sub"`
	Audience    string `json:"aud"`
	Transaction string `json:"txn"`
	Nonce       string `json:"nonce"`
	ID          string `json:"jti"`
	IssuedAt    int64  `json:"iat"`
	Expires     int64  `json:"exp"`
	Device      string `json:"device_proof,omitempty"`
}

// assertion is the compact JWS, signed by the card's authentication key. Its
// header and claims are made here: no one hands the card a hash.
func (f *flow) assertion(ctx context.Context, c card.Card) (string, error) {
	payload, err := f.claims()
	if err != nil {
		return "", err
	}
	x5c := []string{base64.StdEncoding.EncodeToString(f.facts.Certificate.Raw)}
	options := (&jose.SignerOptions{}).WithType("cis2-card-assertion+jwt").WithHeader("x5c", x5c)
	key := &cardKey{ctx: ctx, card: c, public: f.facts.Certificate.PublicKey}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, options)
	if err != nil {
		return "", fail(Internal, "signer: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", errors.Join(err, key.err)
	}
	return jws.CompactSerialize()
}

func (f *flow) claims() ([]byte, error) {
	id, err := f.newID()
	if err != nil {
		return nil, err
	}
	now := f.now().Add(f.skew)
	return json.Marshal(claims{
		Issuer: f.facts.Holder.UUID, Subject: f.facts.Holder.UUID, Audience: f.request.Issuer,
		Transaction: f.request.Transaction, Nonce: f.request.Nonce,
		ID: id, IssuedAt: now.Unix(), Expires: now.Add(assertionLife).Unix(), Device: f.proof,
	})
}

// newID is a jti: 128 bits of b64u.
func (f *flow) newID() (string, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(f.random(), id); err != nil {
		return "", fail(Internal, "randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(id), nil
}

// cardKey lets go-jose sign with a card. It lives for one transaction.
type cardKey struct {
	ctx    context.Context
	card   card.Card
	public crypto.PublicKey
	err    error // the card's own, which go-jose may hide
}

// Public is jose.OpaqueSigner's.
func (k *cardKey) Public() *jose.JSONWebKey { return &jose.JSONWebKey{Key: k.public} }

// Algs is jose.OpaqueSigner's.
func (k *cardKey) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{jose.RS256} }

// SignPayload is jose.OpaqueSigner's.
func (k *cardKey) SignPayload(payload []byte, _ jose.SignatureAlgorithm) (signature []byte, err error) {
	digest := sha256.Sum256(payload)
	signature, k.err = k.card.Sign(k.ctx, card.Authentication, crypto.SHA256, digest[:])
	return signature, k.err
}

// verifyOwn holds the card's signature against its certificate before anyone
// else sees it. A wrong one makes the agent forget what it read.
func (f *flow) verifyOwn(assertion string) error {
	public, ok := f.facts.Certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return fail(CardUnreadable, "the certificate's key is %T", f.facts.Certificate.PublicKey)
	}
	jws, err := jose.ParseSignedCompact(assertion, []jose.SignatureAlgorithm{jose.RS256})
	if err == nil {
		_, err = jws.Verify(public)
	}
	if err != nil {
		f.Desk.Forget()
		return &Failure{SignatureWrong, fmt.Errorf("the card's signature: %w", err)}
	}
	return nil
}
