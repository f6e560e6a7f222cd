package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// assertionType is RFC 7523 section 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// mostKey is how much of a key file is read.
const mostKey = 1 << 16

// proof is how an application proves by key who it is (private_key_jwt, OpenID
// Connect Core section 9).
type proof struct {
	key crypto.Signer
	kid string
	alg jose.SignatureAlgorithm
}

// readProof reads a private key: PEM (PKCS #8, PKCS #1, SEC 1) or one JWK. alg
// empty is what fits the key, the provider and the registration; the name is that
// under which the public key is registered, or the JWK's own. Errors wrap errUsage and say
// nothing of what the file holds.
func readProof(file, alg string, registered op.Client, provider []string) (proof, error) {
	raw, err := readKeyFile(file)
	if err != nil {
		return proof{}, fmt.Errorf("%w: --key: %w", errUsage, err)
	}
	defer clear(raw)
	p, own, err := parseKey(raw)
	if err != nil {
		return proof{}, fmt.Errorf("%w: --key %s: %w", errUsage, file, err)
	}
	fitting := algorithms(p.key)
	if alg == "" {
		taken := slices.DeleteFunc(slices.Clone(fitting), func(a string) bool { return !slices.Contains(provider, a) })
		if len(taken) == 0 {
			return proof{}, fmt.Errorf("%w: --key %s signs by %v, and the provider takes %v; --alg tries one all the same", errUsage, file, fitting, provider)
		}
		alg = pick(taken, own, registered.Algorithms)
	}
	if !slices.Contains(fitting, alg) {
		return proof{}, fmt.Errorf("%w: --alg %s does not fit the key; one of %v does", errUsage, alg, fitting)
	}
	p.alg = jose.SignatureAlgorithm(alg)
	for _, k := range registered.Keys.Keys {
		if same, ok := p.key.Public().(interface{ Equal(crypto.PublicKey) bool }); ok && same.Equal(k.Key) {
			p.kid = k.KeyID
		}
	}
	return p, nil
}

func readKeyFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw := make([]byte, mostKey)
	n, err := f.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read, or is empty", file)
	}
	return raw[:n], nil
}

var errNoKey = errors.New("it holds no private key: PEM or one JWK is wanted, RSA, P-256 or Ed25519")

// parseKey reads the key, and the algorithm that a JWK names.
func parseKey(raw []byte) (p proof, alg string, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) != nil {
			return p, "", errNoKey
		}
		p.key, _ = k.Key.(crypto.Signer)
		p.kid, alg = k.KeyID, k.Algorithm
	} else if block, _ := pem.Decode(raw); block != nil {
		defer clear(block.Bytes)
		p.key = parseDER(block.Bytes)
	}
	if p.key == nil || algorithms(p.key) == nil {
		return p, "", errNoKey
	}
	return p, alg, nil
}

// parseDER is the key, nil when there is none.
func parseDER(der []byte) crypto.Signer {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		key, _ := k.(crypto.Signer)
		return key
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k
	}
	return nil
}

// algorithms are those that a key can sign by, the one to prefer first.
func algorithms(key crypto.Signer) []string {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return []string{"RS512", "RS256", "PS256"}
	case *ecdsa.PrivateKey:
		if k.Curve.Params().BitSize == 256 {
			return []string{"ES256"}
		}
	case ed25519.PrivateKey:
		return []string{"EdDSA"}
	}
	return nil
}

// pick is the key's own algorithm, else the first that is registered and fits,
// else the first that fits.
func pick(fitting []string, own string, registered []string) string {
	for _, alg := range append([]string{own}, registered...) {
		if slices.Contains(fitting, alg) {
			return alg
		}
	}
	return fitting[0]
}

// assertion is one that lives for a minute from now, the provider's clock.
func (p proof) assertion(client, audience string, now time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: p.alg, Key: jose.JSONWebKey{Key: p.key, KeyID: p.kid}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("--key: %w", err)
	}
	return jwt.Signed(signer).Claims(map[string]any{"iss": client, "sub": client, "aud": audience, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}).Serialize()
}
