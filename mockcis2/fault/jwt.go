package fault

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// JWT is a token of ours, opened to be changed.
type JWT struct {
	Header map[string]any
	Claims map[string]any
	Sign   func(input []byte) []byte // nil is no signature
	Raw    string                    // instead of all that, when not empty
}

var b64 = base64.RawURLEncoding

var errNoJWT = errors.New("not a compact JWT")

// open reads a token. Unless told otherwise it is signed again by the key that
// signs now.
func (c *Call) open(token string) (*JWT, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errNoJWT
	}
	t := &JWT{}
	for i, into := range []*map[string]any{&t.Header, &t.Claims} {
		raw, err := b64.DecodeString(parts[i])
		if err != nil {
			return nil, errNoJWT
		}
		if err := json.Unmarshal(raw, into); err != nil || *into == nil {
			return nil, errNoJWT
		}
	}
	key, _ := c.Key()
	t.Sign = rs256(key)
	return t, nil
}

// compact signs the token.
func (t *JWT) compact() string {
	if t.Raw != "" {
		return t.Raw
	}
	header, err1 := json.Marshal(t.Header)
	claims, err2 := json.Marshal(t.Claims)
	if err1 != nil || err2 != nil {
		return ""
	}
	input := b64.EncodeToString(header) + "." + b64.EncodeToString(claims)
	if t.Sign == nil {
		return input + "."
	}
	return input + "." + b64.EncodeToString(t.Sign([]byte(input)))
}

// by signs with another key, under another name; an empty name is none.
func (t *JWT) by(key *rsa.PrivateKey, kid string) {
	t.Sign = rs256(key)
	t.Header["kid"] = kid
	if kid == "" {
		delete(t.Header, "kid")
	}
}

func rs256(key *rsa.PrivateKey) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		out, _ := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]) // the keys here are long enough
		return out
	}
}

func hs256(secret []byte) func([]byte) []byte {
	return func(input []byte) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write(input)
		return mac.Sum(nil)
	}
}

// public is a key as a key set shows it.
func public(key *rsa.PrivateKey, kid string) map[string]any {
	return map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
		"n": b64.EncodeToString(key.N.Bytes()), "e": b64.EncodeToString(big.NewInt(int64(key.E)).Bytes())}
}

// later moves a time claim by so many seconds, if it is there.
func later(claims map[string]any, name string, seconds float64) {
	if at, ok := claims[name].(float64); ok {
		claims[name] = at + seconds
	}
}
