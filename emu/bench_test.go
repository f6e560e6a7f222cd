package emu_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// BenchmarkSign is a signature with key 9A of a series 9 card, to be compared
// with BenchmarkBareSign: what the card adds to the bare operation.
func BenchmarkSign(b *testing.B) {
	c := emutest.New(b, emu.Options{})
	emutest.Run(b, c, emutest.Say(verify, "9000")...)
	command := iso7816.Command{INS: 0x87, P1: 7, P2: 0x9A, Data: block(), Le: 256}
	for b.Loop() {
		if _, err := channel(c).Check(context.Background(), command); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareSign is the RSA operation of BenchmarkSign alone.
func BenchmarkBareSign(b *testing.B) {
	key := testpki.Published("card-02")
	text, _ := iso7816.Find(block(), 0x7C, 0x81)
	for b.Loop() {
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.Hash(0), text[205:]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNew makes a card for an identity that is at hand, as a test with a
// thousand cards does.
func BenchmarkNew(b *testing.B) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	for _, profile := range []string{"series9", "piv-full"} {
		b.Run(profile, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				emutest.New(b, emu.Options{Profile: profile, Identity: &id})
			}
		})
	}
}
