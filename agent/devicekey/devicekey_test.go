package devicekey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/devicekey"
	"github.com/smartcard-connect/smartcard-connect/agent/devicekey/devicekeytest"
)

func key(t *testing.T, where string) *devicekey.Key {
	t.Helper()
	k, err := devicekey.Open(where)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Requirement: the key signs so that its public half verifies, on a real TPM's
// command set (swtpm). Source: issue 5 point 9; FIPS 186-5 section 6. Turned
// red by: a scheme or digest other than ECDSA with SHA-256.
func TestSigns(t *testing.T) {
	k := key(t, devicekeytest.TPM(t))
	defer k.Close()
	digest := sha256.Sum256([]byte("who is there"))
	signature, err := k.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	public := k.Public().(*ecdsa.PublicKey)
	if !ecdsa.VerifyASN1(public, digest[:], signature) {
		t.Error("the signature does not verify")
	}
	digest[0] ^= 1
	if ecdsa.VerifyASN1(public, digest[:], signature) {
		t.Error("it verifies over another digest")
	}
	if _, err := k.Sign(nil, []byte("short"), crypto.SHA256); err == nil {
		t.Error("five bytes were signed as a digest")
	}
}

// Requirement: one machine has one key, another machine another, and nothing
// is left in the TPM's memory. Source: issue 5 point 9 (no key material on
// disk); TPM 2.0 part 3 TPM2_CreatePrimary, TPM2_FlushContext. Turned red by: a
// random unique field, or Close without flush (the sixth Open fails then:
// a TPM without resource manager has room for three objects).
func TestSameKeyEachTime(t *testing.T) {
	here, there := devicekeytest.TPM(t), devicekeytest.TPM(t)
	seen := map[string]int{}
	for range 6 {
		k := key(t, here)
		seen[devicekey.Thumbprint(k.Public())]++
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
	}
	k := key(t, there)
	defer k.Close()
	if len(seen) != 1 || seen[devicekey.Thumbprint(k.Public())] != 0 {
		t.Errorf("keys seen: %v, elsewhere %s", seen, devicekey.Thumbprint(k.Public()))
	}
}

// Requirement: a machine without a TPM says so. Source: issue 5 point 9.
// Turned red by: another error for what is not there or is no TPM.
func TestNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{file, file + "-not-there"} {
		if _, err := devicekey.Open(where); !errors.Is(err, devicekey.ErrNone) {
			t.Errorf("%s: %v", where, err)
		}
	}
}

// BenchmarkOpen is what a sign-in pays for the key: made, used, let go.
func BenchmarkOpen(b *testing.B) {
	where := devicekeytest.TPM(b)
	digest := sha256.Sum256(nil)
	for b.Loop() {
		k, err := devicekey.Open(where)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.Sign(nil, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
		if err := k.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
