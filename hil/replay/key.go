package replay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// Key is a private key of a test card.
type Key struct{ *rsa.PrivateKey }

// ErrKey is wrapped by errors about a file that has no key we can use.
var ErrKey = errors.New("not an RSA key in PEM")

// ReadKeys reads PKCS #8 or PKCS #1 keys in PEM, without passphrases: they are
// toys. Errors wrap ErrKey.
func ReadKeys(paths ...string) (keys []Key, err error) {
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		block, _ := pem.Decode(raw)
		if block == nil {
			return nil, fmt.Errorf("%s: %w", path, ErrKey)
		}
		if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			keys = append(keys, Key{k})
			continue
		}
		any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		k, ok := any.(*rsa.PrivateKey)
		if err != nil || !ok {
			return nil, fmt.Errorf("%s: %w", path, ErrKey)
		}
		keys = append(keys, Key{k})
	}
	return keys, nil
}
