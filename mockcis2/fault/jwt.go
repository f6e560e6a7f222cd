package fault

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
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

// open reads a token. Unless told otherwise it is signed again, by its own
// algorithm and the key that signs by it now, HS256 by the client's secret. One
// whose algorithm nobody here has is none of ours.
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
	if t.alg() == "HS256" {
		t.Sign = hs256([]byte(c.Secret(c.Client)))
		return t, nil
	}
	key, _ := c.Key(t.alg())
	if key == nil {
		return nil, errNoJWT
	}
	t.Sign = sealing(t.alg(), key)
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

// alg is the algorithm in the header.
func (t *JWT) alg() string {
	alg, _ := t.Header["alg"].(string)
	return alg
}

// by signs with another key of the same algorithm, under another name; an empty
// name is none.
func (t *JWT) by(key crypto.Signer, kid string) {
	t.Sign = sealing(t.alg(), key)
	t.Header["kid"] = kid
	if kid == "" {
		delete(t.Header, "kid")
	}
}

// byStray signs with a key that is not published.
func (t *JWT) byStray(c *Call, kid string) { t.by(c.stray(t.alg()), kid) }

// stray is a key for an algorithm that is not published.
func (w World) stray(alg string) crypto.Signer {
	if alg != "ES256" {
		return w.Stray()
	}
	sum := sha256.Sum256([]byte("a stray ES256 key"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:])
	if err != nil { // one number in 2^32
		return nil
	}
	return key
}

// sealing signs by RS256, PS256 or ES256 (RFC 7518 sections 3.3 to 3.5).
func sealing(alg string, key crypto.Signer) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		switch key := key.(type) { // the keys here are long enough: no error
		case *rsa.PrivateKey:
			if alg == "PS256" {
				out, _ := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
				return out
			}
			out, _ := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
			return out
		case *ecdsa.PrivateKey:
			out := make([]byte, 64)
			if r, s, err := ecdsa.Sign(rand.Reader, key, sum[:]); err == nil {
				r.FillBytes(out[:32])
				s.FillBytes(out[32:])
			}
			return out
		}
		return nil
	}
}

func hs256(secret []byte) func([]byte) []byte {
	return func(input []byte) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write(input)
		return mac.Sum(nil)
	}
}

// public is a key as a key set shows it (RFC 7518 sections 6.2 and 6.3).
func public(alg string, key crypto.Signer, kid string) map[string]any {
	shown := map[string]any{"use": "sig", "alg": alg, "kid": kid}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		shown["kty"], shown["n"], shown["e"] = "RSA", b64.EncodeToString(key.N.Bytes()), b64.EncodeToString(big.NewInt(int64(key.E)).Bytes())
	case *ecdsa.PrivateKey:
		if point, err := key.PublicKey.Bytes(); err == nil { // 4, x, y
			shown["kty"], shown["crv"], shown["x"], shown["y"] = "EC", "P-256", b64.EncodeToString(point[1:33]), b64.EncodeToString(point[33:])
		}
	}
	return shown
}

// strange is a key that is not published, as a key set would show it.
func (w World) strange(alg, kid string) map[string]any { return public(alg, w.stray(alg), kid) }

// later moves a time claim by so many seconds, if it is there.
func later(claims map[string]any, name string, seconds float64) {
	if at, ok := claims[name].(float64); ok {
		claims[name] = at + seconds
	}
}
