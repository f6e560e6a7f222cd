package op

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/libcrypto"
)

// published is how long a key stays in the key set after the next one took its
// place: longer than a token lives and than a key set may be cached.
const published = 2 * time.Hour

// KeyRing signs with its newest key and publishes older ones for two hours
// more. Hints signed by any key it ever had are recognized.
type KeyRing struct {
	mu    sync.RWMutex
	now   func() time.Time // nil: old keys stay published
	usual string           // algorithm of what no client chooses; empty is RS256
	keys  []ringKey        // newest first
}

type ringKey struct {
	jose.JSONWebKey
	rs256   *libcrypto.Key // nil: signs by another algorithm
	retired time.Time      // zero while it signs
}

// NewKeyRing starts a ring with one RS256 key.
func NewKeyRing(key *rsa.PrivateKey) *KeyRing {
	r := &KeyRing{}
	r.Rotate(key)
	return r
}

// Rotate signs RS256 with key from now on. Tokens of older keys still verify.
func (r *KeyRing) Rotate(key *rsa.PrivateKey) { r.add(key, "RS256", key.N.Bytes()) }

func (r *KeyRing) add(key crypto.Signer, alg string, name []byte) {
	sum := sha256.Sum256(name)
	k := ringKey{JSONWebKey: jose.JSONWebKey{Key: key, KeyID: base64.RawURLEncoding.EncodeToString(sum[:12]), Algorithm: alg, Use: "sig"}}
	if private, ok := key.(*rsa.PrivateKey); ok && alg == "RS256" {
		k.rs256 = libcrypto.New(private)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := []ringKey{k}
	for _, old := range r.keys {
		if old.KeyID == k.KeyID {
			continue // back again
		}
		if old.Algorithm == alg && old.retired.IsZero() && r.now != nil {
			old.retired = r.now()
		}
		kept = append(kept, old)
	}
	r.keys = kept
}

// serve gives the ring a clock and keys for these algorithms, the first for what
// no client chooses: PS256 by the RSA
// key under a name of its own, ES256 by a key made of public text. None is
// secret.
func (r *KeyRing) serve(algs []string, now func() time.Time) {
	r.mu.Lock()
	r.now, r.usual = now, algs[0]
	first := r.keys[len(r.keys)-1].Key.(*rsa.PrivateKey)
	r.mu.Unlock()
	for _, alg := range algs {
		switch alg {
		case "PS256":
			r.add(first, alg, append([]byte("PS256"), first.N.Bytes()...))
		case "ES256":
			sum := sha256.Sum256([]byte("mockcis2 ES256"))
			if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:]); err == nil {
				r.add(key, alg, sum[:])
			}
		}
	}
}

// Current is the key that signs by an algorithm now, and its kid; nil when the
// ring has none.
func (r *KeyRing) Current(alg string) (key crypto.Signer, kid string) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.keys {
		if signer, ok := k.Key.(crypto.Signer); ok && k.Algorithm == alg {
			return signer, k.KeyID
		}
	}
	return nil, ""
}

// Public is the set that is published (RFC 7517).
func (r *KeyRing) Public() jose.JSONWebKeySet { return r.set(false) }

// set is the published keys, or all.
func (r *KeyRing) set(all bool) jose.JSONWebKeySet {
	r.mu.RLock()
	defer r.mu.RUnlock()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range r.keys {
		if !all && !k.retired.IsZero() && r.now != nil && r.now().Sub(k.retired) > published {
			continue
		}
		set.Keys = append(set.Keys, k.Public())
	}
	return set
}

// Sign makes a compact JWS of claims by the first algorithm of the mode: RS256,
// but where FAPI 2.0 forbids it (section 5.4.1). An empty typ is left out.
func (r *KeyRing) Sign(typ string, claims map[string]any) (string, error) {
	r.mu.RLock()
	alg := cmp.Or(r.usual, "RS256")
	r.mu.RUnlock()
	return r.SignAs(alg, typ, claims)
}

// SignAs is Sign by another algorithm that the ring has a key for.
func (r *KeyRing) SignAs(alg, typ string, claims map[string]any) (string, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.keys {
		switch {
		case k.Algorithm != alg:
		case k.rs256 != nil:
			return seal(k.rs256, k.KeyID, typ, claims)
		default:
			return sign(k.JSONWebKey, typ, claims)
		}
	}
	return "", errors.New("the key ring has no key for " + alg)
}

// signSecret signs HS256 with a client's secret (OpenID Connect Core section
// 10.1).
func signSecret(secret string, claims map[string]any) (string, error) {
	return sign(jose.JSONWebKey{Key: []byte(secret), Algorithm: "HS256"}, "", claims)
}

func sign(key jose.JSONWebKey, typ string, claims map[string]any) (string, error) {
	options := &jose.SignerOptions{}
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	if err != nil {
		return "", fmt.Errorf("signer: %w", err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("claims: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return jws.CompactSerialize()
}

// seal makes a compact RS256 JWS (RFC 7515 section 3.1, RFC 7518 section 3.3), as
// go-jose would: header members in order of the alphabet. go-jose encodes
// everything twice, and this is what a sign-in makes two of.
func seal(key *libcrypto.Key, kid, typ string, claims map[string]any) (string, error) {
	named := map[string]any{"alg": "RS256", "kid": kid}
	if typ != "" {
		named["typ"] = typ
	}
	var room [256]byte
	header, err := appendJSON(room[:0], named)
	if err != nil {
		return "", fmt.Errorf("header: %w", err)
	}
	var space [2048]byte
	payload, err := appendJSON(space[:0], claims)
	if err != nil {
		return "", fmt.Errorf("claims: %w", err)
	}
	b64 := base64.RawURLEncoding
	size := b64.EncodedLen(len(header)) + b64.EncodedLen(len(payload)) + b64.EncodedLen(key.Size()) + 2
	token := append(b64.AppendEncode(make([]byte, 0, size), header), '.')
	token = b64.AppendEncode(token, payload)
	sum := sha256.Sum256(token)
	signature, err := key.Sign(sum[:])
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return string(b64.AppendEncode(append(token, '.'), signature)), nil
}

// Signed says whether a compact JWS is signed by one of these keys.
func (r *KeyRing) Signed(token string) bool {
	_, err := r.verify(token)
	return err == nil
}

// verify checks a token of ours against any key the ring had and returns its
// claims. Time is not looked at: an id_token_hint may have expired.
func (r *KeyRing) verify(token string) (map[string]any, error) {
	jws, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256})
	if err != nil {
		return nil, err
	}
	payload, err := jws.Verify(r.set(true))
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	return claims, json.Unmarshal(payload, &claims)
}
