package signing

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// batch signs every payload of a request in one transaction.
//
// Some cards (series 9) want the passcode right before every signature of this
// key. A person answers once for a batch, so the passcode stays in memory until
// the batch ends and is wiped then; it is never used in another transaction.
type batch struct {
	request     request
	certificate *x509.Certificate
	signed      []Signature
	failed      []Refusal
	always      bool // this card wants the passcode before every signature
	used        bool // the passcode's last showing has been used up
}

// run is the body of insertion.Desk.Unlock. It stops at the first answer that
// could cost a try, and at the end of ctx.
func (b *batch) run(ctx context.Context, s *insertion.Session, secret []byte) error {
	b.signed, b.failed = []Signature{}, []Refusal{}
	for _, p := range b.request.Payloads {
		if err := ctx.Err(); err != nil {
			return err
		}
		signature, err := b.one(ctx, s, secret, p)
		if fatal(err) {
			return err
		}
		if err != nil {
			b.failed = append(b.failed, Refusal{p.ID, err.Error()})
			continue
		}
		b.signed = append(b.signed, Signature{p.ID, base64.StdEncoding.EncodeToString(signature)})
	}
	return nil
}

// fatal errors end a batch: with a locked, absent or muddled card no further
// payload can do better, and a refused passcode is not shown again.
func fatal(err error) bool {
	var wrong card.PasscodeError
	var status iso7816.SW
	return err != nil && !errors.Is(err, errSignature) && !errors.Is(err, errPayload) &&
		(errors.As(err, &wrong) || !errors.As(err, &status))
}

// errPayload is a payload that is not base64.
var errPayload = errors.New("the payload is not base64")

func (b *batch) one(ctx context.Context, s *insertion.Session, secret []byte, p payload) ([]byte, error) {
	message, err := p.bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPayload, err)
	}
	hash, err := b.request.hash()
	if err != nil {
		return nil, err
	}
	h := hash.New()
	h.Write(message)
	digest := h.Sum(nil)
	signature, err := b.sign(ctx, s, secret, hash, digest)
	if err != nil {
		return nil, err
	}
	return signature, b.check(hash, digest, signature)
}

// sign shows the passcode again where the card asks for it. The passcode was
// accepted by this very card in this transaction, so no try is at risk.
func (b *batch) sign(ctx context.Context, s *insertion.Session, secret []byte, h crypto.Hash, digest []byte) ([]byte, error) {
	if b.always && b.used {
		if err := s.Verify(ctx, secret); err != nil {
			return nil, err
		}
	}
	signature, err := s.Sign(ctx, card.ContentCommitment, h, digest)
	if errors.Is(err, iso7816.ErrSecurity) && b.used && !b.always {
		b.always = true
		return b.sign(ctx, s, secret, h, digest)
	}
	b.used = true
	return signature, err
}

func (b *batch) check(h crypto.Hash, digest, signature []byte) error {
	public, ok := b.certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errSignature
	}
	if err := rsa.VerifyPKCS1v15(public, h, digest, signature); err != nil {
		return fmt.Errorf("%w: %w", errSignature, err)
	}
	return nil
}
