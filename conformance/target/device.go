package target

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// soft is a device key in memory, for package cells: the TPM's own is held to
// the same requirements in agent/signin.
type soft struct{ *ecdsa.PrivateKey }

// Close is signin.Device's.
func (soft) Close() error { return nil }

// softDevice is one computer: each time the same key.
func softDevice() func() (signin.Device, error) {
	key := sync.OnceValues(func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })
	return func() (signin.Device, error) {
		k, err := key()
		if err != nil {
			return nil, err
		}
		return soft{k}, nil
	}
}
