package emu_test

import (
	"bytes"
	"crypto"
	"crypto/des"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// generate makes a new key 9A as the administrator and returns its modulus
// (SP 800-73-4 part 2 §3.2.4, §3.3.2).
func generate(t *testing.T, c *emu.Card) []byte {
	t.Helper()
	challenge := send(c, iso7816.Command{INS: 0x87, P1: 3, P2: 0x9B, Data: []byte{0x7C, 2, 0x81, 0}, Le: 256})
	block, err := des.NewTripleDESCipher([]byte(emu.DefaultAdminKey[:24]))
	if err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 8)
	block.Encrypt(answer, challenge[len(challenge)-8:])
	send(c, iso7816.Command{INS: 0x87, P1: 3, P2: 0x9B, Data: iso7816.Wrap(0x7C, iso7816.Wrap(0x82, answer))})
	public := send(c, iso7816.Command{INS: 0x47, P2: 0x9A, Data: []byte{0xAC, 3, 0x80, 1, 7}, Le: 256})
	modulus, ok := iso7816.Find(public, 0x7F49, 0x81)
	if !ok {
		t.Fatalf("% X", public)
	}
	return modulus
}

// signsWith reports whether key 9A of the card has this modulus.
func signsWith(c *emu.Card, modulus []byte) bool {
	digest := sha256.Sum256([]byte("x"))
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: 65537}
	return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], prove(c, "123456", digest)) == nil
}

// Requirement: a key that the card made itself outlives the program and a fault
// put on and off; reset brings back the one it was personalised with. Source: the
// issue ("generated keys"). Turned red by: an image of the passcodes only.
func TestGeneratedKeyStays(t *testing.T) {
	c, path := made(t, emu.Options{})
	modulus := generate(t, c)
	c = again(t, c, path, emu.Options{})
	if !signsWith(c, modulus) {
		t.Error("after a restart the card signs with another key")
	}
	for _, id := range []string{"card.tries-lie", "card.last-try"} {
		f, err := emu.Find(id)
		if err == nil {
			err = c.Inject(f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	if !signsWith(c, modulus) {
		t.Error("after faults the card signs with another key")
	}
	if err := c.Restore(); err != nil {
		t.Fatal(err)
	}
	born := readCertificate(c).PublicKey.(*rsa.PublicKey).N.Bytes()
	if bytes.Equal(born, modulus) || !signsWith(c, born) {
		t.Error("after a reset the card does not sign with its first key")
	}
}
