package piv_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// sign is GENERAL AUTHENTICATE in two chained parts over a block that a host
// has padded, and the GET RESPONSE for the end of the answer.
func sign(key, want string) []emutest.Step {
	block := "0001" + strings.Repeat("FF", 202) + "00" + "3031300D060960864801650304020105000420" + strings.Repeat("A5", 32)
	all := "7C82010682008182" + "0100" + block
	first, rest := all[:2*255], all[2*255:]
	steps := join(say("108707"+key+"FF"+first, "9000"), say("008707"+key+"0B"+rest+"00", want))
	if strings.HasSuffix(want, "6108") {
		steps = append(steps, say("00C0000008", "…9000")...)
	}
	return steps
}

const signed = "7C82010482820100…6108"

// Requirement: which key works when, and what is refused how. Source: SP
// 800-73-4 part 1 table 4 and part 2 §3.2.4. Turned red by: any change to the
// rule in the row's name.
func TestGeneralAuthenticate(t *testing.T) {
	digest := strings.Repeat("A5", 32)
	card := "0087119E267C2482008120" + digest
	script{
		"9A, no passcode":    sign("9A", "6982"),
		"9A, twice":          join(say(verify, "9000"), sign("9A", signed), say(discovery, "7E…9000"), sign("9A", signed)),
		"9A, after logout":   join(say(verify, "9000"), say("0020FF80", "9000"), sign("9A", "6982")),
		"9C, no passcode":    sign("9C", "6982"),
		"9C, at once":        join(say(verify, "9000"), sign("9C", signed)),
		"9C, twice":          join(say(verify, "9000"), sign("9C", signed), sign("9C", "6982")),
		"9C, again":          join(say(verify, "9000"), sign("9C", signed), say(verify, "9000"), sign("9C", signed)),
		"9D, no passcode":    sign("9D", "6982"),
		"9D, twice":          join(say(verify, "9000"), sign("9D", signed), sign("9D", signed)),
		"82, no passcode":    sign("82", "6982"),
		"82":                 join(say(verify, "9000"), sign("82", signed)),
		"9E, no passcode":    say(card, "7C…9000"),
		"9E, with Le":        say(card+"00", "7C…9000"),
		"no such key":        join(say(verify, "9000"), sign("95", "6A86"), sign("96", "6A86"), sign("00", "6A86"), sign("04", "6A86")),
		"another algorithm":  join(say(verify, "9000"), say("0087119A047C028200", "6A86"), say("0087069A047C028200", "6A86"), say("0087079E047C028200", "6A86"), say("0087149E047C028200", "6A86"), say("0087279A047C028200", "6A86"), say("0087AA9A047C028200", "6A86")),
		"secure messaging":   say("00872704047C028200", "6A86"),
		"malformed":          join(say(verify, "9000"), say("0087079A047C02810000", "6A80"), say("0087079A0100", "6A80"), say("0087079A00", "6A80"), say("0087079A037C0281", "6A80")),
		"other template":     say("0087119E267D2482008120"+digest, "6A80"),
		"text after":         say("0087119E277C2482008120"+digest+"FF", "6A80"),
		"not asked":          say("0087119E247C228120"+digest, "6A80"),
		"asked with content": say("0087119E277C258201008120"+digest, "6A80"),
		"nothing to sign":    join(say("0087119E047C028200", "6A80"), say("0087119E067C0482008100", "6A80")),
		"reversed":           say("0087119E267C248120"+digest+"8200", "7C…9000"),
		"digest too long":    say("0087119E277C2582008121"+digest+"00", "6A80"),
		"short digest":       say("0087119E1A7C1882008114"+digest[:40], "7C…9000"),
		"9E agrees":          say("0087119E477C458200 8541 04"+strings.Repeat("01", 64), "6A80"),
		"RSA agrees":         join(say(verify, "9000"), say("0087079D087C06820085020102", "6A80")),
		"both":               join(say(verify, "9000"), say("008714830C7C0A8200810201028502010 2", "6A80")),
		"not a point":        join(say(verify, "9000"), say("00871483677C65820085 61 04"+strings.Repeat("01", 96), "6A80"), say("008714830A7C088200850404010203", "6A80")),
		"block too short":    join(say(verify, "9000"), say("10870784FF"+"7C82010582008181FF"+strings.Repeat("00", 246), "9000"), say("0087078409"+strings.Repeat("00", 9), "6A86")),
	}.runWith(t, nil)
}

// Requirement: any whole command between VERIFY and the use of 9C makes the
// card want the passcode again. Source: SP 800-73-4 part 1 table 4, "PIN
// Always", in its strict reading. Turned red by: exempting an instruction.
func TestCommitmentIsStrict(t *testing.T) {
	between := map[string]string{
		"GET DATA": discovery, "SELECT": selectPIV, "SELECT of nobody": "00A4040005A000000999", "VERIFY status": status,
		"wrong length": "002000800131", "unknown": "00FD000000", "PUT DATA": "00DB3FFF0153", "GENERATE": "0047009A05AC03800107",
		"witness": "0087039B047C028000", "9E": "0087119E267C2482008120" + strings.Repeat("A5", 32), "other class": "80CA9F7F00",
	}
	for name, command := range between {
		c := made(nil)
		emutest.Run(t, c, say(verify, "9000")...)
		emutest.Send(t, c, command)
		emutest.Run(t, c, sign("9C", "6982")...)
		loose := made(func(c *piv.Config) { c.LenientCommit = true })
		emutest.Run(t, loose, say(verify, "9000")...)
		emutest.Send(t, loose, command)
		emutest.Run(t, loose, sign("9C", signed)...)
		if t.Failed() {
			t.Fatalf("between: %s", name)
		}
	}
}

// operate runs a key on a template's content and returns what 82 holds.
func operate(t *testing.T, c bare, algorithm, key byte, content ...[]byte) []byte {
	t.Helper()
	emutest.Run(t, c, say(verify, "9000")...)
	data := iso7816.Wrap(0x7C, append([][]byte{{0x82, 0}}, content...)...)
	out, err := iso7816.Channel{Card: c, Protocol: iso7816.T1}.Check(context.Background(),
		iso7816.Command{INS: 0x87, P1: algorithm, P2: key, Data: data, Le: 256})
	if err != nil {
		t.Fatal(err)
	}
	answer, ok := iso7816.Find(out, 0x7C, 0x82)
	if !ok {
		t.Fatalf("%X", out)
	}
	return answer
}

// Requirement: every kind of RSA key raises every kind of block to its private
// exponent: PKCS#1 v1.5, PSS, and a ciphertext. Source: SP 800-73-4 part 2
// appendix A.3. Turned red by: signing the block as a digest.
func TestRSA(t *testing.T) {
	keys, _ := everything()
	for ref, algorithm := range map[byte]byte{0x9A: 0x07, 0x9C: 0x07, 0x9D: 0x07, 0x82: 0x07, 0x84: 0x06, 0x85: 0x05} {
		private := keys[ref].(*rsa.PrivateKey)
		sum := sha256.Sum256([]byte("x"))
		pkcs1, _ := rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
		pss, _ := rsa.SignPSS(rand.Reader, private, crypto.SHA256, sum[:], nil)
		ciphered, _ := rsa.EncryptPKCS1v15(rand.Reader, &private.PublicKey, []byte("a key"))
		c := made(nil)
		for _, signature := range [][]byte{pkcs1, pss} {
			if got := operate(t, c, algorithm, ref, iso7816.Wrap(0x81, raised(private, signature))); !bytes.Equal(got, signature) {
				t.Errorf("%X: another signature", ref)
			}
		}
		plain := operate(t, c, algorithm, ref, iso7816.Wrap(0x81, ciphered))
		if !bytes.HasSuffix(plain, []byte("\x00a key")) || !bytes.Equal(raised(private, plain), ciphered) {
			t.Errorf("%X: %X", ref, plain)
		}
	}
}

// raised is the public operation.
func raised(k *rsa.PrivateKey, s []byte) []byte {
	m := new(big.Int).Exp(new(big.Int).SetBytes(s), big.NewInt(int64(k.E)), k.N)
	return m.FillBytes(make([]byte, k.Size()))
}

// Requirement: a block of another length than the modulus, or not below it, is
// refused. Source: RFC 8017 §5.2.1. Turned red by: reducing it.
func TestRSARefuses(t *testing.T) {
	keys, _ := everything()
	n := keys[byte(0x9A)].(*rsa.PrivateKey).N.Bytes()
	for name, block := range map[string][]byte{"n": n, "largest": bytes.Repeat([]byte{0xFF}, 256), "short": n[:255], "long": append([]byte{0}, n...)} {
		c := made(nil)
		emutest.Run(t, c, say(verify, "9000")...)
		data := iso7816.Wrap(0x7C, []byte{0x82, 0}, iso7816.Wrap(0x81, block))
		r, err := iso7816.Channel{Card: c, Protocol: iso7816.T1}.Send(context.Background(), iso7816.Command{INS: 0x87, P1: 7, P2: 0x9A, Data: data, Le: 256})
		if err != nil || r.SW != iso7816.WrongData {
			t.Errorf("%s: %v, %v", name, r.SW, err)
		}
	}
}

// Requirement: both curves sign a digest and agree on a secret. Source: SP
// 800-73-4 part 2 appendix A.4 and A.5. Turned red by: answering r and s bare.
func TestCurves(t *testing.T) {
	keys, _ := everything()
	c := made(nil)
	digest := sha256.Sum256([]byte("x"))
	card, retired := keys[byte(0x9E)].(*ecdsa.PrivateKey), keys[byte(0x83)].(*ecdsa.PrivateKey)
	if s := operate(t, c, 0x11, 0x9E, iso7816.Wrap(0x81, digest[:])); !ecdsa.VerifyASN1(&card.PublicKey, digest[:], s) {
		t.Errorf("9E: %X", s)
	}
	if s := operate(t, c, 0x14, 0x83, iso7816.Wrap(0x81, digest[:])); !ecdsa.VerifyASN1(&retired.PublicKey, digest[:], s) {
		t.Errorf("83: %X", s)
	}
	host, err := ecdh.P384().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := retired.PublicKey.ECDH()
	want, _ := host.ECDH(public)
	if got := operate(t, c, 0x14, 0x83, iso7816.Wrap(0x85, host.PublicKey().Bytes())); !bytes.Equal(got, want) || len(got) != 48 {
		t.Errorf("83 agrees on %X, want %X", got, want)
	}
}

// Requirement: a command in chained parts of any size is the same command; an
// abandoned or mixed chain is none. Source: ISO/IEC 7816-4 §5.3.3. Turned red
// by: relying on parts of 255 bytes.
func TestChains(t *testing.T) {
	block := append([]byte{0, 1}, append(bytes.Repeat([]byte{0xFF}, 202), append([]byte{0}, bytes.Repeat([]byte{0xA5}, 51)...)...)...)
	all := hexOf(iso7816.Wrap(0x7C, []byte{0x82, 0}, iso7816.Wrap(0x81, block)))
	for _, size := range []int{1, 128, 249, 255} {
		c, rest := made(nil), all
		emutest.Run(t, c, say(verify, "9000")...)
		for len(rest) > 2*size {
			emutest.Run(t, c, say(fmt.Sprintf("1087079C%02X%s", size, rest[:2*size]), "9000")...)
			rest = rest[2*size:]
		}
		emutest.Run(t, c, say(fmt.Sprintf("0087079C%02X%s00", len(rest)/2, rest), signed)...)
	}
	script{
		"mixed":                          join(say(verify, "9000"), say("1087079A02"+all[:4], "9000"), say("10DB3FFF02"+all[:4], "6883"), say("0087079A02"+all[4:8], "6A80")),
		"abandoned":                      join(say(verify, "9000"), say("1087079A02"+all[:4], "9000"), say(status, "9000"), say("0087079A02"+all[4:8], "6A80"), sign("9A", signed)),
		"not for VERIFY":                 join(say("1020008004"+"31323334", "6884"), say(status, "63C3")),
		"abandoned by a read uses 9C up": join(say(verify, "9000"), say("1087079C02"+all[:4], "9000"), say(discovery, "7E…9000"), sign("9C", "6982")),
	}.run(t)
}
