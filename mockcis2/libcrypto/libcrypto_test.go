package libcrypto_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"sync"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/libcrypto"
)

func generate(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Requirement: a token is the same whoever signs it, so that golden files and
// verifiers do not depend on the machine, from many goroutines too. Source: RFC
// 8017 section 8.2.1. Turned red by: another padding, a swapped prime.
func TestSameBytes(t *testing.T) {
	for _, bits := range []int{2048, 3072, 4096} {
		key := generate(t, bits)
		k := libcrypto.New(key)
		t.Logf("%d bits, by OpenSSL: %v", bits, k.Quick())
		var all sync.WaitGroup
		for n := range 16 {
			all.Go(func() {
				sum := sha256.Sum256([]byte{byte(n)})
				want, _ := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
				if got, err := k.Sign(sum[:]); err != nil || !bytes.Equal(got, want) || len(got) != k.Size() {
					t.Errorf("%d bits: %x, %v; want %x", bits, got, err, want)
				}
			})
		}
		all.Wait()
	}
}

// Requirement: what is no SHA-256 sum is not signed (RFC 8017 section 9.2).
// Turned red by: a length that nobody looks at.
func TestWrongLength(t *testing.T) {
	k := libcrypto.New(generate(t, 2048))
	for _, n := range []int{0, 20, 31, 33, 64} {
		if got, err := k.Sign(make([]byte, n)); err == nil {
			t.Errorf("%d bytes were signed: %x", n, got)
		}
	}
}

// Requirement: a key that OpenSSL cannot take, of three primes or not computed
// any further, still signs. Turned red by: a nil number handed over.
func TestOddKeys(t *testing.T) {
	bare := generate(t, 2048)
	bare.Precomputed = rsa.PrecomputedValues{}
	sum := sha256.Sum256(nil)
	got, err := libcrypto.New(bare).Sign(sum[:])
	if err != nil {
		t.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(&bare.PublicKey, crypto.SHA256, sum[:], got); err != nil {
		t.Error(err)
	}
}

// BenchmarkSign is one signature with 2048 bits, by this package and by crypto/rsa.
func BenchmarkSign(b *testing.B) {
	key := generate(b, 2048)
	k, sum := libcrypto.New(key), sha256.Sum256(nil)
	b.Run("libcrypto", func(b *testing.B) {
		for b.Loop() {
			_, _ = k.Sign(sum[:])
		}
	})
	b.Run("crypto", func(b *testing.B) {
		for b.Loop() {
			_, _ = rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		}
	})
}
