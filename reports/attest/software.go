package attest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"
)

// SoftwareKey is a key in memory, for where there is no TPM. What it signs says
// so.
type SoftwareKey struct{ *ecdsa.PrivateKey }

// encryptedKey is the PEM type that cosign reads and writes too.
const encryptedKey = "ENCRYPTED SIGSTORE PRIVATE KEY"

// NewSoftwareKey makes one.
func NewSoftwareKey() (SoftwareKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return SoftwareKey{k}, err
}

// Class is Software.
func (SoftwareKey) Class() Class { return Software }

// Seal is the key for a file, encrypted under a passphrase (scrypt, secretbox).
// An empty passphrase is refused: the key would lie there in clear.
func (k SoftwareKey) Seal(passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, fmt.Errorf("software key: %w: the passphrase is empty", ErrFormat)
	}
	clear, err := x509.MarshalPKCS8PrivateKey(k.PrivateKey)
	if err != nil {
		return nil, err
	}
	defer wipe(clear)
	sealed, err := encrypted.Encrypt(clear, passphrase)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: encryptedKey, Bytes: sealed}), nil
}

// OpenSoftwareKey reads what Seal wrote. Errors wrap ErrFormat.
func OpenSoftwareKey(text, passphrase []byte) (SoftwareKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != encryptedKey {
		return SoftwareKey{}, fmt.Errorf("software key: %w: want a PEM block %s", ErrFormat, encryptedKey)
	}
	clear, err := encrypted.Decrypt(block.Bytes, passphrase)
	if err != nil {
		return SoftwareKey{}, fmt.Errorf("software key: %w: %w", ErrFormat, err)
	}
	defer wipe(clear)
	parsed, err := x509.ParsePKCS8PrivateKey(clear)
	if err != nil {
		return SoftwareKey{}, fmt.Errorf("software key: %w: %w", ErrFormat, err)
	}
	k, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || k.Curve != elliptic.P256() {
		return SoftwareKey{}, fmt.Errorf("software key: %w: it is no ECDSA key on P-256", ErrFormat)
	}
	return SoftwareKey{k}, nil
}

func wipe(b []byte) {
	for i := range b {
		b[i] = 0
	}
}
