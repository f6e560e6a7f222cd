// Package libcrypto signs RS256 with the machine's OpenSSL, where there is one:
// it takes a quarter of the time that crypto/rsa takes, and two signatures are most
// of what a sign-in costs a provider. The library is looked for when the first
// token is signed, so a provider that starts does not wait for it. Where it is not
// found, on systems other than Linux, and in a program that was built without cgo
// (its bindings want it), crypto/rsa signs. A signature has the same bytes by
// both: PKCS #1 v1.5 has no salt (RFC 8017 section 8.2.1).
package libcrypto

import (
	"crypto"
	"crypto/rsa"
	"sync"
)

// Key signs with one RSA key. It may be used from several goroutines.
type Key struct {
	key  *rsa.PrivateKey
	once sync.Once
	fast func(sum []byte) ([]byte, error) // nil: crypto/rsa signs
}

// New is a Key of key, which must not change any more. Nothing is loaded yet.
func New(key *rsa.PrivateKey) *Key { return &Key{key: key} }

// Size is the length of a signature in bytes.
func (k *Key) Size() int { return k.key.Size() }

// Sign is the signature of a SHA-256 sum, 32 bytes, by RSASSA-PKCS1-v1_5 (RFC
// 7518 section 3.3), Size bytes. It fails for a sum of another length.
func (k *Key) Sign(sum []byte) ([]byte, error) {
	if !k.Quick() || len(sum) != crypto.SHA256.Size() {
		return rsa.SignPKCS1v15(nil, k.key, crypto.SHA256, sum)
	}
	return k.fast(sum)
}

// Quick says whether OpenSSL signs, and looks for it if nothing has been signed.
func (k *Key) Quick() bool {
	k.once.Do(func() { k.fast = load(k.key) })
	return k.fast != nil
}
