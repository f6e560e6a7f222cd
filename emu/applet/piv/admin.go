package piv

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/subtle"
	"fmt"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// AdminKey is the card management key, 9B. The zero value is a card that
// nobody can administer.
type AdminKey struct {
	Algorithm byte   // TripleDES, AES128, AES192 or AES256
	Key       []byte // 24, 16, 24 or 32 bytes
}

// is reports whether the key has the algorithm that a P1 names.
func (k AdminKey) is(p1 byte) bool {
	if p1 == 0x00 {
		p1 = TripleDES
	}
	return len(k.Key) > 0 && p1 == k.Algorithm
}

// cipher is the key at work. The error is about a key of the wrong length or
// algorithm.
func (k AdminKey) cipher() (cipher.Block, error) {
	size := map[byte]int{TripleDES: 24, AES128: 16, AES192: 24, AES256: 32}[k.Algorithm]
	switch {
	case size == 0 || len(k.Key) != size:
		return nil, fmt.Errorf("%w: no management key of algorithm %02X has %d bytes", applet.ErrState, k.Algorithm, len(k.Key))
	case k.Algorithm == TripleDES:
		return des.NewTripleDESCipher(k.Key)
	}
	return aes.NewCipher(k.Key)
}

// question is what the card has asked its administrator. It is good for the
// next command only.
type question struct{ witness, challenge []byte }

// administrate authenticates the card's administrator with 9B: mutually, with a
// witness the card enciphers, or externally, with a challenge the host
// enciphers (SP 800-73-4 part 2 §3.2.4 and appendix A). The card enciphers
// nothing the host chose before it knows the host, or the answer to its own
// challenge could be asked of it.
func (a *Applet) administrate(c iso7816.Command) iso7816.Response {
	if !a.config.Admin.is(c.P1) {
		return applet.Status(iso7816.WrongP1P2)
	}
	block, err := a.config.Admin.cipher()
	if err != nil {
		return applet.Status(iso7816.NoDiagnosis)
	}
	t, ok := template(c.Data, 0x7C)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	witness, hasWitness := t[tagWitness]
	challenge, hasChallenge := t[tagChallenge]
	response := t[tagResponse]
	switch {
	case hasWitness && len(witness) == 0:
		return a.ask(block, tagWitness)
	case hasWitness && len(challenge) == block.BlockSize():
		return a.mutual(block, witness, challenge)
	case !hasWitness && len(response) > 0 && !hasChallenge:
		return a.external(block, response)
	case !hasWitness && hasChallenge && len(challenge) == 0:
		return a.ask(block, tagChallenge)
	}
	return applet.Status(iso7816.WrongData)
}

// ask hands out the beginning of either authentication: a random number in the
// clear to be enciphered, or enciphered to be deciphered.
func (a *Applet) ask(block cipher.Block, tag uint32) iso7816.Response {
	random := make([]byte, block.BlockSize())
	if _, err := io.ReadFull(a.config.Rand, random); err != nil {
		return applet.Status(iso7816.NoDiagnosis)
	}
	shown := random
	if tag == tagWitness {
		a.asked.witness = random
		shown = encipher(block, random)
	} else {
		a.asked.challenge = random
	}
	return applet.Data(iso7816.Wrap(0x7C, iso7816.Wrap(tag, shown)))
}

func (a *Applet) mutual(block cipher.Block, witness, challenge []byte) iso7816.Response {
	if !a.knows(a.wasAsked.witness, witness) {
		return applet.Status(iso7816.SecurityStatus)
	}
	return applet.Data(iso7816.Wrap(0x7C, iso7816.Wrap(tagResponse, encipher(block, challenge))))
}

func (a *Applet) external(block cipher.Block, response []byte) iso7816.Response {
	var want []byte
	if a.wasAsked.challenge != nil {
		want = encipher(block, a.wasAsked.challenge)
	}
	if !a.knows(want, response) {
		return applet.Status(iso7816.SecurityStatus)
	}
	return applet.Status(iso7816.OK)
}

// knows compares and remembers whether the administrator is there. Nothing
// asked is nothing known.
func (a *Applet) knows(want, got []byte) bool {
	a.admin = want != nil && subtle.ConstantTimeCompare(want, got) == 1
	return a.admin
}

func encipher(block cipher.Block, plain []byte) []byte {
	out := make([]byte, len(plain))
	block.Encrypt(out, plain)
	return out
}
