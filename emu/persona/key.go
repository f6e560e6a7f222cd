package persona

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// bits is the length of every key on our cards.
const bits = 2048

// published is how many keys for cards the toy authority has.
func published() int { return 2 * len(testpki.Holders()) }

// identity is the holder with keys and certificates.
func (p Persona) identity(folder fs.FS, now time.Time) (*testpki.Identity, error) {
	from, to, err := p.period(now)
	if err != nil {
		return nil, fmt.Errorf("valid: %w", err)
	}
	h := p.Holder.holder()
	auth, err := key(folder, p.Keys.Authentication, 2*h.Index)
	if err != nil {
		return nil, fmt.Errorf("authentication: %w", err)
	}
	sign, err := key(folder, p.Keys.ContentCommitment, 2*h.Index+1)
	if err != nil {
		return nil, fmt.Errorf("content_commitment: %w", err)
	}
	id := testpki.IssueKeys(h, auth, sign, from, to)
	if err := certify(folder, p.Certificates.Authentication, &id.Authentication); err != nil {
		return nil, fmt.Errorf("certificates.authentication: %w", err)
	}
	if err := certify(folder, p.Certificates.ContentCommitment, &id.ContentCommitment); err != nil {
		return nil, fmt.Errorf("certificates.content_commitment: %w", err)
	}
	return &id, nil
}

// key is the one that what says: "", "published N", "generate" or a file.
func key(folder fs.FS, what string, otherwise int) (*rsa.PrivateKey, error) {
	number, isPublished := strings.CutPrefix(what, "published ")
	switch {
	case what == "" || what == "published":
		return testpki.Published(fmt.Sprintf("card-%02d", otherwise)), nil
	case isPublished:
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= published() {
			return nil, fmt.Errorf("there is no published key %q, only 0 to %d", number, published()-1)
		}
		return testpki.Published(fmt.Sprintf("card-%02d", n)), nil
	case what == "generate":
		return rsa.GenerateKey(rand.Reader, bits)
	}
	raw, err := read(folder, what)
	if err != nil {
		return nil, err
	}
	return parseKey(what, raw)
}

// parseKey reads PKCS #8 or PKCS #1 as PEM.
func parseKey(name string, raw []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", name)
	}
	k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		var ok bool
		if k, ok = any.(*rsa.PrivateKey); !ok {
			return nil, fmt.Errorf("%s is no RSA key", name)
		}
	}
	if k.N.BitLen() != bits {
		return nil, fmt.Errorf("%s has %d bits, cards of ours have %d", name, k.N.BitLen(), bits)
	}
	return k, nil
}

// certify puts a certificate of one's own in the place of the issued one.
func certify(folder fs.FS, what string, p *testpki.Pair) error {
	if what == "" || what == "issue" {
		return nil
	}
	raw, err := read(folder, what)
	if err != nil {
		return err
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	c, err := x509.ParseCertificate(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !p.Key.PublicKey.Equal(c.PublicKey) {
		return fmt.Errorf("%s is not for the key", what)
	}
	p.Certificate = c
	return nil
}

// read is a file of the folder, within bounds.
func read(folder fs.FS, name string) ([]byte, error) {
	if folder == nil {
		return nil, errors.New("there is no folder to read files from")
	}
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%q is no file below the persona's folder", name)
	}
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(raw) > maxFile {
		err = fmt.Errorf("%s is longer than %d bytes", name, maxFile)
	}
	return raw, err
}
