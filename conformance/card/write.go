package card

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// put is PUT DATA of a 5FC1xx object with this content.
func put(tag uint32, content []byte) iso7816.Command {
	name := []byte{byte(tag >> 16), byte(tag >> 8), byte(tag)}
	return iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF, Data: append(iso7816.AppendTLV(nil, 0x5C, name), iso7816.AppendTLV(nil, 0x53, content)...)}
}

// history is a key history that says of no keys (SP 800-73-4 part 1 appendix A).
var history = []byte{0xC1, 1, 0, 0xC2, 1, 0, 0xF3, 0, 0xFE, 0}

// closedToWriting wants PUT DATA to be refused with 6982.
func closedToWriting(ctx context.Context, s *session) error {
	_, err := s.wants(ctx, put(tagHistory, history), iso7816.SecurityStatus)
	return err
}

func closedToGenerating(ctx context.Context, s *session) error {
	_, err := s.wants(ctx, generate(authKey, curveP256), iso7816.SecurityStatus)
	return err
}

// written puts an object.
func written(tag uint32, content []byte) body {
	return func(ctx context.Context, s *session) error {
		_, err := s.wants(ctx, put(tag, content))
		return err
	}
}

// readsBack wants an object to be what was put.
func readsBack(tag uint32, content []byte) body {
	return func(ctx context.Context, s *session) error {
		value, err := s.object(ctx, tag)
		if err != nil {
			return fmt.Errorf("what was written does not read back: %w", err)
		}
		if !bytes.Equal(value, content) {
			return fmt.Errorf("what was written does not read back: %d bytes were put into %X and %d come out", len(content), tag, len(value))
		}
		return nil
	}
}

// emptied wants an object to be gone: 6A82, or nothing in it.
func emptied(tag uint32) body {
	return func(ctx context.Context, s *session) error {
		r, err := s.get(ctx, tag)
		if err == nil && r.SW != iso7816.FileNotFound && len(r.Data) > 2 {
			err = fmt.Errorf("object %X was deleted and still brings %d bytes", tag, len(r.Data))
		}
		return err
	}
}

// long is the content of a certificate object that takes six short commands.
func long() []byte {
	return append(iso7816.AppendTLV(nil, 0x70, bytes.Repeat([]byte{0xC5}, 1200)), 0x71, 1, 0, 0xFE, 0)
}

func generate(key, algorithm byte) iso7816.Command {
	return iso7816.Command{INS: 0x47, P2: key, Data: iso7816.Wrap(0xAC, []byte{0x80, 1, algorithm}), Le: iso7816.MaxShort}
}

// generatedRSA makes a new pair and lets it sign.
func generatedRSA(ctx context.Context, s *session) error {
	answer, err := s.wants(ctx, generate(authKey, rsa2048))
	if err != nil {
		return err
	}
	n, _ := iso7816.Find(answer, 0x7F49, 0x81)
	e, _ := iso7816.Find(answer, 0x7F49, 0x82)
	if len(n) != 256 || !bytes.Equal(e, []byte{1, 0, 1}) {
		return fmt.Errorf("the new public key has %d bytes of modulus in 7F49{81} and the exponent % X", len(n), e)
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	signature, err := s.response(ctx, rsa2048, authKey, signTemplate(paddedBlock()))
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("conformance"))
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature); err != nil {
		return fmt.Errorf("the signature of the new key does not fit the public key that came back: %w; %s", err, opened(public, signature))
	}
	return nil
}

// generatedCurve does the same on P-256.
func generatedCurve(ctx context.Context, s *session) error {
	answer, err := s.wants(ctx, generate(authKey, curveP256))
	if err != nil {
		return err
	}
	point, _ := iso7816.Find(answer, 0x7F49, 0x86)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return fmt.Errorf("the new public key % X is no point: what came back is not the public key", point)
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("conformance"))
	signature, err := s.response(ctx, curveP256, authKey, signTemplate(digest[:]))
	if err != nil {
		return err
	}
	if !ecdsa.VerifyASN1(public, digest[:], signature) {
		return errors.New("the signature of the new key does not fit the public key that came back")
	}
	return nil
}
