package authentic_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: keys are used as their access rules and the environment say.
// Source: OpenSC's driver, recorded conversations, ISO/IEC 7816-8 §5.2. Turned
// red by: any change to the rule in the row's name.
func TestUse(t *testing.T) {
	info := "002A9E9A33" + digestInfo + hash + "00"
	sign, auth := "002241B606800111830101", "002241A406800111830101"
	rows{
		"sign, no passcode":          talk(sign, "9000", info, "6982"),
		"sign, no environment":       talk(verify, "9000", info, "6985"),
		"sign":                       talk(verify, "9000", "002241B606830101800111", "9000", info, "…9000"),
		"sign, both keys":            talk(verify, "9000", "002241B606800111830102", "9000", info, "…9000"),
		"sign, verify after":         talk(sign, "9000", verify, "9000", info, "…9000"),
		"sign, again and again":      talk(sign, "9000", verify, "9000", info, "…9000", info, "…9000"),
		"sign, nothing":              talk(verify, "9000", sign, "9000", "002A9E9A00", "6700"),
		"sign, 245 bytes":            talk(verify, "9000", sign, "9000", "002A9E9AF5"+strings.Repeat("41", 245)+"00", "…9000"),
		"sign, 246 bytes":            talk(verify, "9000", sign, "9000", "002A9E9AF6"+strings.Repeat("41", 246)+"00", "6A80"),
		"sign, after select":         talk(verify, "9000", sign, "9000", selectApplet, "9000", verify, "9000", info, "6985"),
		"raw, short":                 talk(verify, "9000", "002241B606800112830101", "9000", info, "6A80"),
		"hash on the card":           talk(verify, "9000", "002A90A00100", "6A86", "002A90800100", "6A86"),
		"environment, no such key":   talk("002241B606800111830107", "6A88"),
		"environment, ISO 9796":      talk("002241B606800114830101", "6A81", "002241B806800114830101", "6A81"),
		"environment, OAEP signs":    talk("002241B606800113830101", "6A80", "002241A406800113830101", "6A80"),
		"environment, algorithm":     talk("002241B606800199830101", "6A80"),
		"environment, half":          talk("002241B603830101", "6A80", "002241B603800111", "6A80", "002241B600", "6A80"),
		"environment, unknown tag":   talk("002241B609800111830101840101", "6A80"),
		"environment, twice":         talk("002241B609800111830101830102", "6A80"),
		"environment, template":      talk("002241AA03800111", "6A86", "002241B406800111830101", "6A86"),
		"environment, P1":            talk("002281B606800111830101", "6A86", "0022F301", "6A86"),
		"decipher, no passcode":      talk("002241B806800111830101", "9000", "002A80860401020304", "6982"),
		"decipher, never":            talk(verify, "9000", "002241B806800111830102", "9000", "002A80860401020304", "6982"),
		"decipher, nonsense":         talk(verify, "9000", "002241B806800111830101", "9000", "002A80860401020304", "6A80"),
		"decipher, the other's":      talk(verify, "9000", sign, "9000", "002A80860401020304", "6985"),
		"authenticate":               talk(verify, "9000", auth, "9000", "0088000033"+digestInfo+hash+"00", "…9000"),
		"authenticate, no passcode":  talk(auth, "9000", "0088000033"+digestInfo+hash+"00", "6982"),
		"authenticate, never":        talk(verify, "9000", "002241A406800111830102", "9000", "0088000033"+digestInfo+hash+"00", "6982"),
		"authenticate, no key":       talk(verify, "9000", sign, "9000", "0088000033"+digestInfo+hash+"00", "6985"),
		"authenticate, P1 and P2":    talk(verify, "9000", auth, "9000", "0088000133"+digestInfo+hash+"00", "6A86"),
		"authenticate, empty":        talk(verify, "9000", auth, "9000", "00880000", "6700"),
		"chain, decipher in 2 parts": talk(verify, "9000", "002241B806800111830101", "9000", "102A80860401020304", "9000", "002A80860401020304", "6A80"),
		"chain, not for reading":     talk("10B0000001", "6884"),
	}.run(t)
}

// Requirement: what the card signs verifies, padded by it or by the host.
// Source: RFC 8017 §8.2. Turned red by: padding a whole block again.
func TestSignatures(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	c := emutest.New(t, emu.Options{Profile: "series8", Identity: &id})
	enter(t, c)
	signs(t, c, 1, &id.Authentication.Key.PublicKey)
	signs(t, c, 2, &id.ContentCommitment.Key.PublicKey)
	block := "0001" + strings.Repeat("FF", 202) + "00" + digestInfo + hash
	emutest.Run(t, c, talk("002241B606800112830101", "9000", "102A9E9AFF"+block[:510], "9000")...)
	sum, _ := hex.DecodeString(hash)
	got, _ := hex.DecodeString(emutest.Send(t, c, "002A9E9A01"+block[510:]+"00"))
	if err := rsa.VerifyPKCS1v15(&id.Authentication.Key.PublicKey, crypto.SHA256, sum, got[:len(got)-2]); err != nil {
		t.Error(err)
	}
}

// signs has key ref sign the DigestInfo of hash.
func signs(t *testing.T, c *emu.Card, ref byte, public *rsa.PublicKey) {
	t.Helper()
	info, _ := hex.DecodeString(digestInfo + hash)
	sum, _ := hex.DecodeString(hash)
	check(t, c, iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB6, Data: []byte{0x80, 1, 0x11, 0x83, 1, ref}})
	s := check(t, c, iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A, Data: info, Le: 256})
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum, s); err != nil {
		t.Errorf("key %02X: %v", ref, err)
	}
}

// Requirement: a cryptogram of each kind opens. Source: RFC 8017 §7 and §5.1.2.
// Turned red by: one way of opening for all algorithms.
func TestDecipher(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	public := &id.Authentication.Key.PublicKey
	c := emutest.New(t, emu.Options{Profile: "series8", Identity: &id})
	enter(t, c)
	pkcs1, err1 := rsa.EncryptPKCS1v15(rand.Reader, public, []byte("secret"))
	oaep, err2 := rsa.EncryptOAEP(sha1.New(), rand.Reader, public, []byte("secret"), nil)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for algorithm, cryptogram := range map[byte][]byte{0x11: pkcs1, 0x12: pkcs1, 0x13: oaep} {
		check(t, c, iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB8, Data: []byte{0x80, 1, algorithm, 0x83, 1, 1}})
		got := check(t, c, iso7816.Command{INS: 0x2A, P1: 0x80, P2: 0x86, Data: cryptogram, Le: 256})
		if algorithm == 0x12 {
			if len(got) != 256 || got[1] != 2 {
				t.Errorf("raw: % X", got)
			}
			got = got[len(got)-6:]
		}
		if string(got) != "secret" {
			t.Errorf("%02X: %q", algorithm, got)
		}
	}
}

// Requirement: the two halves of an open question are two cards. With the
// DigestInfo put on, a bare digest signs like its DigestInfo and OpenSC's
// hash-and-sign mechanisms verify; without, 9000 comes and the signature is not
// one of that digest. A DigestInfo from the host signs alike on both. Source:
// OpenSC's driver sends bare digests; what plastic does is not known. Turned red
// by: the same habit in both profiles.
func TestBareDigest(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	public := &id.Authentication.Key.PublicKey
	short := sha1.Sum([]byte("x"))
	long := sha256.Sum256([]byte("x"))
	for profile, verifies := range map[string]bool{"series8": true, "series8-bare": false} {
		c := emutest.New(t, emu.Options{Profile: profile, Identity: &id})
		enter(t, c)
		signs(t, c, 1, public)
		for hash, sum := range map[crypto.Hash][]byte{crypto.SHA1: short[:], crypto.SHA256: long[:]} {
			s := check(t, c, iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A, Data: sum, Le: 256})
			if err := rsa.VerifyPKCS1v15(public, hash, sum, s); (err == nil) != verifies {
				t.Errorf("%s, %v: %v", profile, hash, err)
			}
			if err := rsa.VerifyPKCS1v15(public, crypto.Hash(0), sum, s); (err == nil) == verifies {
				t.Errorf("%s, %v, as it comes: %v", profile, hash, err)
			}
		}
	}
}
