package piv

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
)

// The algorithm identifiers (SP 800-78-4 table 6-2).
const (
	TripleDES = 0x03 // 00 means the same
	AES128    = 0x08
	AES192    = 0x0A
	AES256    = 0x0C

	algorithmRSA3072 = 0x05
	algorithmRSA1024 = 0x06
	algorithmRSA2048 = 0x07
	algorithmP256    = 0x11
	algorithmP384    = 0x14
)

// The key references (SP 800-73-4 part 1 table 4). Retired key management keys
// have the references from 82 to 95.
const (
	keyAuthentication = 0x9A
	keyAdministration = 0x9B
	keyCommitment     = 0x9C
	keyManagement     = 0x9D
	keyCard           = 0x9E
	firstRetired      = 0x82
	lastRetired       = 0x95
)

// carries reports whether a reference is one for a private key.
func carries(ref byte) bool {
	switch ref {
	case keyAuthentication, keyCommitment, keyManagement, keyCard:
		return true
	}
	return retired(ref)
}

func retired(ref byte) bool { return ref >= firstRetired && ref <= lastRetired }

// agrees reports whether a key may make a shared secret.
func agrees(ref byte) bool { return ref == keyManagement || retired(ref) }

// algorithmOf is the identifier of a private key's algorithm, 0 where no PIV
// card has such a key.
func algorithmOf(key crypto.PrivateKey) byte {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return map[int]byte{1024: algorithmRSA1024, 2048: algorithmRSA2048, 3072: algorithmRSA3072}[k.N.BitLen()]
	case *ecdsa.PrivateKey:
		return map[int]byte{256: algorithmP256, 384: algorithmP384}[k.Params().BitSize]
	}
	return 0
}

// Holds reports whether a PIV card can have this key under this reference.
func Holds(ref byte, key crypto.PrivateKey) bool {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return carries(ref) && k != nil && k.N != nil && algorithmOf(k) != 0
	case *ecdsa.PrivateKey:
		return carries(ref) && k != nil && k.Curve != nil && algorithmOf(k) != 0
	}
	return false
}

// newKey makes a key pair. It is nil for an identifier that is for none. Keys
// come from the machine's own randomness: one that repeats itself makes none.
func newKey(algorithm byte) (crypto.Signer, error) {
	switch algorithm {
	case algorithmRSA1024:
		return rsa.GenerateKey(rand.Reader, 1024)
	case algorithmRSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	case algorithmRSA3072:
		return rsa.GenerateKey(rand.Reader, 3072)
	case algorithmP256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case algorithmP384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return nil, nil
}
