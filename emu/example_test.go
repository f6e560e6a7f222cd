package emu_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// A card in three lines: the property template that tells a PIV card.
func Example() {
	card, _ := emu.New(emu.Options{})
	defer card.Close()
	answer, _ := card.Transmit(context.Background(), []byte{0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00})
	fmt.Printf("% X\n", answer)
	// Output: 61 22 4F 0B A0 00 00 03 08 00 00 10 00 01 00 79 07 4F 05 A0 00 00 03 08 50 0A 49 44 2D 4F 6E 65 20 50 49 56 90 00
}

// A card that stays: made into a file once, opened by any later test, it signs
// and the certificate on it verifies.
func ExampleOpen() {
	dir, _ := os.MkdirTemp("", "card")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "card.img")
	made, err := emu.Make(path, emu.Options{Profile: "series9"})
	if err != nil {
		fmt.Println(err)
		return
	}
	made.Close()

	card, err := emu.Open(path, emu.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer card.Close()
	digest := sha256.Sum256([]byte("a sign-in"))
	signature := prove(card, "123456", digest)
	public := readCertificate(card).PublicKey.(*rsa.PublicKey)
	fmt.Println(readCertificate(card).Subject.CommonName)
	fmt.Println(rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature))
	// Output:
	// 555000000025_Rhys_Pritchard
	// <nil>
}

// send is one command to the PIV application (SP 800-73-4 part 2 §3).
func send(card *emu.Card, c iso7816.Command) []byte {
	channel := iso7816.Channel{Card: card, Protocol: card.Protocol()}
	answer, err := channel.Send(context.Background(), c)
	if err != nil || answer.SW != iso7816.OK {
		panic(fmt.Sprint(answer.SW, err))
	}
	return answer.Data
}

// prove shows the passcode and lets key 9A sign (GENERAL AUTHENTICATE).
func prove(card *emu.Card, passcode string, digest [32]byte) []byte {
	send(card, iso7816.Command{INS: 0x20, P2: 0x80, Data: []byte(passcode + "\xFF\xFF")})
	// The host pads: RFC 8017 §9.2 with the DigestInfo of SHA-256.
	block := append([]byte("\x00\x01"), bytes.Repeat([]byte{0xFF}, 202)...)
	block = append(block, "\x00\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"...)
	block = append(block, digest[:]...)
	template := iso7816.Wrap(0x7C, []byte{0x82, 0x00}, iso7816.Wrap(0x81, block))
	answer := send(card, iso7816.Command{INS: 0x87, P1: 0x07, P2: 0x9A, Data: template, Le: 256})
	return answer[len(answer)-256:]
}

// readCertificate reads the authentication certificate (GET DATA 5FC105).
func readCertificate(card *emu.Card) *x509.Certificate {
	object := send(card, iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte("\x5C\x03\x5F\xC1\x05"), Le: 256})
	der, _ := iso7816.Find(object, 0x53, 0x70)
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}
