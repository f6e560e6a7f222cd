package emu_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// turns is how many signatures each side makes for one count of BenchmarkSign.
const turns = 50

// BenchmarkSign is a signature of a series 9 card in this process, three
// exchanges, against the bare RSA operation of the standard library with the
// same key and digest, one after the other in turn. The ratio of the medians is
// the price of being a card.
func BenchmarkSign(b *testing.B) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	c := emutest.New(b, emu.Options{Identity: &id})
	emutest.Run(b, c, emutest.Say(verify, "9000")...)
	exchanges := signature()
	info := block()[len(block())-51:]
	var card, bare []time.Duration
	for b.Loop() {
		for range turns {
			start := time.Now()
			for _, command := range exchanges {
				if _, err := c.Transmit(context.Background(), command); err != nil {
					b.Fatal(err)
				}
			}
			middle := time.Now()
			if _, err := rsa.SignPKCS1v15(nil, id.Authentication.Key, crypto.Hash(0), info); err != nil {
				b.Fatal(err)
			}
			card, bare = append(card, middle.Sub(start)), append(bare, time.Since(middle))
		}
	}
	b.ReportMetric(float64(median(card))/float64(median(bare)), "x-bare-RSA")
	b.ReportMetric(float64(median(card).Microseconds()), "card-µs")
	b.ReportMetric(float64(median(bare).Microseconds()), "bare-µs")
}

// signature is GENERAL AUTHENTICATE with 9A in two parts, and GET RESPONSE.
func signature() [][]byte {
	data := block()
	first := append([]byte{0x10, 0x87, 0x07, 0x9A, 0xFF}, data[:255]...)
	last := append([]byte{0x00, 0x87, 0x07, 0x9A, byte(len(data) - 255)}, data[255:]...)
	return [][]byte{first, append(last, 0), {0x00, 0xC0, 0x00, 0x00, 0x08}}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// BenchmarkExchange is what one exchange costs in this process.
func BenchmarkExchange(b *testing.B) {
	for name, text := range map[string]string{"SELECT": "00A404000BA00000030800001000010000", "GET DATA": "00CB3FFF055C035FC10500"} {
		b.Run(name, func(b *testing.B) {
			c := emutest.New(b, emu.Options{})
			command, err := hex.DecodeString(text)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := c.Transmit(context.Background(), command); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNew makes a card for an identity that is at hand, as a test with a
// thousand cards does.
func BenchmarkNew(b *testing.B) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	for _, profile := range []string{"series8", "series9", "piv-full"} {
		b.Run(profile, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				emutest.New(b, emu.Options{Profile: profile, Identity: &id})
			}
		})
	}
}
