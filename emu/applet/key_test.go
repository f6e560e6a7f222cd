package applet_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Requirement: Raw is the bare RSA operation, for padded blocks and for any
// other number below the modulus. Source: RFC 8017 §5.2.1. Turned red by:
// signing the whole block as payload.
func TestKeyRaw(t *testing.T) {
	private := testpki.Published("card-00")
	k := applet.Key{Private: private}
	sum := sha256.Sum256([]byte("x"))
	pss, err := rsa.SignPSS(rand.Reader, private, crypto.SHA256, sum[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	encoded := public(private, pss) // the block a host would send for PSS
	again, err := k.Raw(encoded)
	if err != nil || !bytes.Equal(again, pss) {
		t.Errorf("PSS block: %v", err)
	}
	want, _ := rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
	if got, err := k.Raw(public(private, want)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("PKCS#1 block: %v", err)
	}
}

// public is the RSA public operation: the block behind a signature.
func public(k *rsa.PrivateKey, s []byte) []byte {
	m := new(big.Int).Exp(new(big.Int).SetBytes(s), big.NewInt(int64(k.E)), k.N)
	return m.FillBytes(make([]byte, k.Size()))
}

// Requirement: a number not below the modulus, or a block of another length, is
// refused. Turned red by: leaving out the comparison.
func TestKeyRawRefuses(t *testing.T) {
	k := applet.Key{Private: testpki.Published("card-00")}
	for name, block := range map[string][]byte{
		"n": k.Private.N.Bytes(), "largest": bytes.Repeat([]byte{0xFF}, 256), "short": make([]byte, 255), "empty": nil,
	} {
		if _, err := k.Raw(block); !errors.Is(err, applet.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
