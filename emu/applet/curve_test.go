package applet_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Requirement: a digest of any length up to the curve's is signed as the number
// it is, the same each time. Source: FIPS 186-5 §6.4. Turned red by: padding on
// the right.
func TestCurveKeySigns(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		k := applet.CurveKey{Private: private}
		for _, n := range []int{1, 20, 31, 32, k.Size()} {
			digest := bytes.Repeat([]byte{0xA5}, n)
			s, err := k.Sign(digest)
			if err != nil || !ecdsa.VerifyASN1(&private.PublicKey, digest, s) {
				t.Errorf("%s, %d bytes: %v", curve.Params().Name, n, err)
			}
			if again, _ := k.Sign(digest); !bytes.Equal(s, again) {
				t.Errorf("%s, %d bytes: another signature the second time", curve.Params().Name, n)
			}
			k := applet.CurveKey{Private: private, Flip: true}
			if s, _ := k.Sign(digest); ecdsa.VerifyASN1(&private.PublicKey, digest, s) {
				t.Error("a flipped signature verifies")
			}
		}
		for _, n := range []int{0, k.Size() + 1} {
			if _, err := k.Sign(make([]byte, n)); !errors.Is(err, applet.ErrInput) {
				t.Errorf("%s, %d bytes: %v", curve.Params().Name, n, err)
			}
		}
	}
}

// Requirement: both sides of an agreement get the same secret, and a point off
// the curve gives nothing. Source: SP 800-56A §5.7.1.2, §5.6.2.3. Turned red by:
// not checking the point.
func TestCurveKeyAgrees(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := applet.CurveKey{Private: private}
	got, err := k.Agree(other.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	public, _ := private.PublicKey.ECDH()
	if want, err := other.ECDH(public); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%X, want %X, %v", got, want, err)
	}
	off := other.PublicKey().Bytes()
	off[64] ^= 1
	for name, point := range map[string][]byte{"off the curve": off, "short": off[:33], "infinity": {0}, "empty": nil} {
		if _, err := k.Agree(point); !errors.Is(err, applet.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
