package piv_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: key pairs are for the administrator, in the forms of the
// standard. Source: SP 800-73-4 part 2 §3.3.2. Turned red by: any change to the
// rule in the row's name.
func TestGenerate(t *testing.T) {
	script{
		"no administrator":  join(say("0047009A05AC0380010700", "6982"), say(verify, "9000"), say(make9E, "6982")),
		"P1":                join(administrator, say("0047019E05AC03800111", "6A86")),
		"no such key":       join(administrator, say("0047009B05AC03800111", "6A86"), say("0047008005AC03800111", "6A86"), say("0047009605AC03800111", "6A86"), say("0047000405AC03800111", "6A86")),
		"no such algorithm": join(administrator, say("0047009E05AC03800110", "6A80"), say("0047009E05AC03800103", "6A80"), say("0047009E05AC038001FF", "6A80")),
		"malformed":         join(administrator, say("0047009E00", "6A80"), say("0047009E02AC00", "6A80"), say("0047009E0300 8001", "6A80"), say("0047009E06AC0480021111", "6A80"), say("0047009E06AC0380011100", "6A80")),
		"P-256":             join(administrator, say(make9E+"00", "7F4943864104…9000")),
		"P-384":             join(administrator, say("0047009E05AC0380011400", "7F4963866104…9000")),
		"unknown tags":      join(administrator, say("0047009E0BAC09800111AA0102AB0101", "7F49…9000")),
		"parameter ignored": join(administrator, say("0047009E07AC058001118100", "7F49…9000")),
		"other exponent":    join(administrator, say("0047009A08AC06800107810103", "6A80")),
		"chained":           join(administrator, say("1047009E02AC03", "9000"), say("0047009E03800111", "7F49…9000")),
		"certificate stays": join(administrator, say("0047009A05AC03800111", "7F49…9000"), say(get(0x5FC105), "53…")),
		"used":              join(administrator, say("0047009A05AC03800111", "7F49…9000"), say(verify, "9000"), sign("9A", "6A86"), say("0087119A0A7C08820081040102030400", "7C…9000")),
		"kept":              join(administrator, say("0047009D05AC03800114", "7F49…9000"), say(emutest.Reset, ""), say(verify, "9000"), say("0087149D0A7C08820081040102030400", "7C…9000")),
	}.run(t)
}

// Requirement: the public key in the answer is the one the card signs with.
// Source: SP 800-73-4 part 2 table 11. Turned red by: keeping the old key.
func TestGeneratedKeyWorks(t *testing.T) {
	digest := sha256.Sum256([]byte("x"))
	generate := func(c bare, ref, algorithm byte) []byte {
		emutest.Run(t, c, administrator...)
		out, err := iso7816.Channel{Card: c, Protocol: iso7816.T1}.Check(context.Background(),
			iso7816.Command{INS: 0x47, P2: ref, Data: []byte{0xAC, 3, 0x80, 1, algorithm}, Le: 256})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for algorithm, curve := range map[byte]elliptic.Curve{0x11: elliptic.P256(), 0x14: elliptic.P384()} {
		c := made(nil)
		point, _ := iso7816.Find(generate(c, 0x9E, algorithm), 0x7F49, 0x86)
		public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
		if err != nil {
			t.Fatal(err)
		}
		if s := operate(t, c, algorithm, 0x9E, iso7816.Wrap(0x81, digest[:])); !ecdsa.VerifyASN1(public, digest[:], s) {
			t.Errorf("%X: the signature is another key's", algorithm)
		}
	}
	for algorithm, bits := range map[byte]int{0x06: 1024, 0x07: 2048, 0x05: 3072} {
		c := made(nil)
		answer := generate(c, 0x9A, algorithm)
		n, _ := iso7816.Find(answer, 0x7F49, 0x81)
		e, _ := iso7816.Find(answer, 0x7F49, 0x82)
		public := rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		block := bytes.Repeat([]byte{0x42}, bits/8)
		s := operate(t, c, algorithm, 0x9A, iso7816.Wrap(0x81, block))
		if public.N.BitLen() != bits || !bytes.Equal(raised(&rsa.PrivateKey{PublicKey: public}, s), block) {
			t.Errorf("%X: the signature is another key's", algorithm)
		}
	}
}
