package op

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// KeyRing signs with its newest key and publishes every key it has had.
type KeyRing struct {
	mu   sync.RWMutex
	keys []jose.JSONWebKey
}

// NewKeyRing starts a ring with one key.
func NewKeyRing(key *rsa.PrivateKey) *KeyRing {
	r := &KeyRing{}
	r.Rotate(key)
	return r
}

// Rotate signs with key from now on. Tokens of older keys still verify.
func (r *KeyRing) Rotate(key *rsa.PrivateKey) {
	sum := sha256.Sum256(key.N.Bytes())
	k := jose.JSONWebKey{Key: key, KeyID: base64.RawURLEncoding.EncodeToString(sum[:12]), Algorithm: "RS256", Use: "sig"}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append([]jose.JSONWebKey{k}, r.keys...)
}

// Current is the key that signs now, and its kid.
func (r *KeyRing) Current() (key *rsa.PrivateKey, kid string) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	key, _ = r.keys[0].Key.(*rsa.PrivateKey) // the ring holds no other kind
	return key, r.keys[0].KeyID
}

// Public is the set that is published (RFC 7517).
func (r *KeyRing) Public() jose.JSONWebKeySet {
	r.mu.RLock()
	defer r.mu.RUnlock()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range r.keys {
		set.Keys = append(set.Keys, k.Public())
	}
	return set
}

// Sign makes a compact RS256 JWS of claims. An empty typ is left out.
func (r *KeyRing) Sign(typ string, claims map[string]any) (string, error) {
	r.mu.RLock()
	key := r.keys[0]
	r.mu.RUnlock()
	return sign(key, typ, claims)
}

func sign(key jose.JSONWebKey, typ string, claims map[string]any) (string, error) {
	options := &jose.SignerOptions{}
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, options)
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

// verify checks a token of ours against any key on the ring and returns its
// claims. Time is not looked at: an id_token_hint may have expired.
func (r *KeyRing) verify(token string) (map[string]any, error) {
	jws, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	payload, err := jws.Verify(r.Public())
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	return claims, json.Unmarshal(payload, &claims)
}
