package op

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"

	"github.com/ory/fosite/token/jwt"
)

// signer lets fosite use the ring: a hint signed before a rotation still
// decodes, which its own signer cannot do.
type signer struct{ ring *KeyRing }

func (s signer) Generate(_ context.Context, claims jwt.MapClaims, _ jwt.Mapper) (string, string, error) {
	token, err := s.ring.Sign("", claims)
	return token, tail(token), err
}

func (s signer) Validate(_ context.Context, token string) (string, error) {
	_, err := s.ring.verify(token)
	return tail(token), err
}

func (s signer) Hash(_ context.Context, in []byte) ([]byte, error) {
	sum := sha256.Sum256(in)
	return sum[:], nil
}

func (s signer) Decode(_ context.Context, token string) (*jwt.Token, error) {
	claims, err := s.ring.verify(token)
	return &jwt.Token{Claims: claims}, err
}

func (s signer) GetSignature(_ context.Context, token string) (string, error) {
	if strings.Count(token, ".") != 2 {
		return "", errors.New("not a compact JWS")
	}
	return tail(token), nil
}

func (s signer) GetSigningMethodLength(context.Context) int { return sha256.Size }

func tail(token string) string { return token[strings.LastIndex(token, ".")+1:] }
