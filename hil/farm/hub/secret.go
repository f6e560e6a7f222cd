package hub

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Files of an identity and of an authority in their folders.
const (
	certificateFile = "certificate.pem"
	keyFile         = "key.pem" // mode 0600
	authorityFile   = "authority.pem"
)

// Save writes an authority into a folder that has none yet.
func (a *Authority) Save(dir string) error {
	return save(dir, map[string]*x509.Certificate{certificateFile: a.Certificate}, a.Key)
}

// LoadAuthority reads what Save wrote.
func LoadAuthority(dir string) (*Authority, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, certificateFile), filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s holds no authority", dir)
	}
	return &Authority{pair.Leaf, key}, nil
}

// Save writes an identity into a folder that has none yet.
func (i *Identity) Save(dir string) error {
	key, ok := i.Certificate.PrivateKey.(crypto.Signer)
	if !ok {
		return errors.New("the identity has no key")
	}
	return save(dir, map[string]*x509.Certificate{certificateFile: i.Certificate.Leaf, authorityFile: i.Authority}, key)
}

// LoadIdentity reads what Save wrote.
func LoadIdentity(dir string) (*Identity, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, certificateFile), filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, authorityFile))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no certificate", filepath.Join(dir, authorityFile))
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	return &Identity{pair, authority}, err
}

// save writes the key last, and never over another one.
func save(dir string, certificates map[string]*x509.Certificate, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("the key cannot leave where it is: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, c := range certificates {
		if err := write(filepath.Join(dir, name), "CERTIFICATE", c.Raw, 0o644); err != nil {
			return err
		}
	}
	return write(filepath.Join(dir, keyFile), "PRIVATE KEY", der, 0o600)
}

func write(path, kind string, der []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	return errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: der}), f.Sync(), f.Close())
}
