package replay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Key is a private key of a test card.
type Key struct{ *rsa.PrivateKey }

// ErrKey is wrapped by errors about a folder that has no key we can use.
var ErrKey = errors.New("there is no RSA key in PEM")

// ReadKeys reads the RSA keys of a folder: *.pem, PKCS #8 or PKCS #1 without
// passphrase, for they are toys. A file with something else is left alone; a
// folder without a key is an error that wraps ErrKey. No folder is no keys.
func ReadKeys(dir string) (keys []Key, err error) {
	if dir == "" {
		return nil, nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if k := parseKey(raw); k != nil {
			keys = append(keys, Key{k})
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrKey)
	}
	return keys, nil
}

func parseKey(raw []byte) *rsa.PrivateKey {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return k
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil
	}
	own, _ := k.(*rsa.PrivateKey)
	return own
}
