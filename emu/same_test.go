package emu_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// command is a template: one of several data, one of several Le.
type command struct {
	head iso7816.Command
	data []string
	le   []int
}

// generated are the commands the property below draws from, well-formed and not.
var generated = map[string][]command{
	"series8": {
		{iso7816.Command{INS: 0xA4, P1: 0x04}, []string{"\xA0\x00\x00\x00\x77\x01\x00\x70\x0A\x10", "\xA0\x00\x00\x00\x03", "\xA0\x00\x00\x00\x99"}, []int{0, 256}},
		{iso7816.Command{INS: 0xA4}, []string{"\x3F\x00", "\x2F\x00", "\x50\x15", "\x34\x01", "\xDE\xAD"}, []int{256, 20}},
		{iso7816.Command{INS: 0xA4, P1: 0x08}, []string{"\x50\x15\x34\x01", "\x50\x15\x50\x32", "\x50"}, []int{0, 256}},
		{iso7816.Command{INS: 0xB0}, []string{""}, []int{256, 16, 1, 200}},
		{iso7816.Command{INS: 0xB0, P1: 0x02, P2: 0x80}, []string{""}, []int{256, 255}},
		{iso7816.Command{INS: 0xCA, P1: 0x5F, P2: 1}, []string{""}, []int{256, 29, 5}},
		{iso7816.Command{INS: 0xCA, P1: 0x9F, P2: 0x7F}, []string{""}, []int{0x2D, 256}},
		{iso7816.Command{INS: 0x20, P2: 1}, []string{"", "123456\xFF\xFF", "123456\xFF\xFF", "000000\xFF\xFF", "12"}, []int{0}},
		{iso7816.Command{INS: 0x2C, P1: 3, P2: 1}, []string{""}, []int{0}},
		{iso7816.Command{INS: 0x20, P2: 2}, []string{"12345678"}, []int{0}},
		{iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB6}, []string{"\x80\x01\x11\x83\x01\x01", "\x83\x01\x09\x80\x01\x11"}, []int{0}},
		{iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A}, []string{"some bytes", string(make([]byte, 250))}, []int{256, 100}},
		{iso7816.Command{INS: 0x84}, []string{""}, []int{8, 24, 256}},
		{iso7816.Command{INS: 0xE0}, []string{newFile, newFile, newFile[:9], ""}, []int{0}},
		{iso7816.Command{INS: 0xA4}, []string{"\xB0\x00"}, []int{256}},
		{iso7816.Command{INS: 0xD6}, []string{"some bytes", string(make([]byte, 255)), ""}, []int{0}},
		{iso7816.Command{INS: 0xD0, P2: 3}, []string{"x"}, []int{0}},
		{iso7816.Command{INS: 0xDB, P1: 0xB0}, []string{"\x62\x04\x80\x02\x00\x30", "\x62\x04\x80\x02\xFF\xFF", ""}, []int{0}},
		{iso7816.Command{INS: 0xE4, P1: 2}, []string{"\xB0\x00", "\x34\x01", ""}, []int{0}},
		{iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF}, []string{newKey, "\xA1\x06\x80\x01\x08\x83\x01\x05", newKey[:9]}, []int{0}},
		{iso7816.Command{INS: 0x47}, []string{"\xAC\x06\x80\x01\x08\x83\x01\x06", "\xAC"}, []int{256}},
		{iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xA4}, []string{"\x80\x01\x11\x83\x01\x01"}, []int{0}},
		{iso7816.Command{INS: 0x88}, []string{"some bytes", string(make([]byte, 250))}, []int{256, 100}},
		{iso7816.Command{INS: 0xFD}, []string{""}, []int{256}},
	},
	"series9": {
		{iso7816.Command{INS: 0xA4, P1: 0x04}, []string{"\xA0\x00\x00\x03\x08", "\xA0\x00\x00\x03\x08\x00\x00\x10\x00", "\xA0\x00\x00\x00\x03", "\xA0\x00\x00\x00\x99"}, []int{256, 10}},
		{iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF}, []string{"\x5C\x01\x7E", "\x5C\x03\x5F\xC1\x05", "\x5C\x03\x5F\xC1\x09", "\x5C\x03\x5F\xC1\x0C", "\x5D"}, []int{256, 8, 0x14}},
		{iso7816.Command{INS: 0x20, P2: 0x80}, []string{"", "123456\xFF\xFF", "123456\xFF\xFF", "000000\xFF\xFF", "12"}, []int{0}},
		{iso7816.Command{INS: 0x24, P2: 0x80}, []string{"123456\xFF\xFF123456\xFF\xFF", "123456\xFF\xFF12\xFF\xFF\xFF\xFF\xFF\xFF"}, []int{0}},
		{iso7816.Command{INS: 0x2C, P2: 0x80}, []string{"12345678123456\xFF\xFF"}, []int{0}},
		{iso7816.Command{INS: 0x87, P1: 7, P2: 0x9A}, []string{"\x7C\x82\x01\x06\x82\x00\x81\x82\x01\x00" + string(make([]byte, 256))}, []int{256}},
		{iso7816.Command{INS: 0x87, P1: 7, P2: 0x9C}, []string{"\x7C\x82\x01\x06\x82\x00\x81\x82\x01\x00" + string(make([]byte, 256)), "\x7C"}, []int{256}},
		{iso7816.Command{INS: 0x87, P1: 3, P2: 0x9B}, []string{"\x7C\x02\x81\x00"}, []int{256}},
		{iso7816.Command{INS: 0xCA, P1: 0xDF, P2: 0x30}, []string{""}, []int{5}},
	},
	"piv-full": {
		{iso7816.Command{INS: 0xA4, P1: 0x04}, []string{"\xA0\x00\x00\x03\x08", "\xA0\x00\x00\x03\x08", "\xA0\x00\x00\x03\x08", "\xA0\x00\x00\x00\x03"}, []int{256}},
		{iso7816.Command{INS: 0x87, P1: 0x0C, P2: 0x9B}, []string{"\x7C\x02\x80\x00", witnessed, "\x7C\x02\x80\x00", witnessed, "\x7C\x02\x81\x00"}, []int{256}},
		{iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF}, []string{"\x5C\x03\x5F\xC1\x0C\x53\x01\xAA", "\x5C\x03\x5F\xC1\x0C\x53\x00", "\x7E\x00", "\x53", "\x5C\x03\x5F\xC1\x05\x53\x82\x01\x2C" + string(make([]byte, 300))}, []int{0}},
		{iso7816.Command{INS: 0x47, P2: 0x9E}, []string{"\xAC\x03\x80\x01\x11", "\xAC\x03\x80\x01\x14", "\xAC\x03\x80\x01\x99"}, []int{256}},
		{iso7816.Command{INS: 0x87, P1: 0x11, P2: 0x9E}, []string{"\x7C\x06\x82\x00\x81\x02\x01\x02"}, []int{256}},
		{iso7816.Command{INS: 0x87, P1: 0x14, P2: 0x83}, []string{"\x7C\x06\x82\x00\x81\x02\x01\x02", "\x7C\x06\x82\x00\x85\x02\x01\x02"}, []int{256}},
		{iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF}, []string{"\x5C\x01\x7E", "\x5C\x03\x5F\xC1\x05", "\x5C\x03\x5F\xC1\x06", "\x5C\x03\x5F\xC1\x0C", "\x5C\x02\x7F\x61", "\x5C\x03\x5F\xC1\x22"}, []int{256, 8}},
		{iso7816.Command{INS: 0x20, P2: 0x80}, []string{"123456\xFF\xFF", "123456\xFF\xFF", "000000\xFF\xFF", "12", ""}, []int{0}},
	},
	"series9-iasecc": {
		{iso7816.Command{INS: 0xA4, P1: 0x04, P2: 0x04}, []string{"\xA0\x00\x00\x00\x77\x01\x08", "\xE8\x28\xBD\x08\x0F\xF2\x50OT AWP", "\xE8\x28\xBD\x08\x0F", "\xA0\x00\x00\x00\x03", "MIOMCT"}, []int{0, 256}},
		{iso7816.Command{INS: 0xA4, P2: 0x0C}, []string{"\x3F\x00"}, []int{0}},
		{iso7816.Command{INS: 0xA4, P1: 0x09, P2: 0x04}, []string{"\x2F\x01", "\x50\x31", "\x3F\x00\x2F\x00", "\x3F\x00"}, []int{256, 20}},
		{iso7816.Command{INS: 0xA4, P1: 0x01, P2: 0x04}, []string{"\x70\x01", "\x34\x01", "\x0A\x01"}, []int{0, 256}},
		{iso7816.Command{INS: 0xB0}, []string{""}, []int{256, 16, 1, 200}},
		{iso7816.Command{INS: 0xB0, P1: 0x9C}, []string{""}, []int{256, 0xC0, 4}},
		{iso7816.Command{INS: 0xD6, P2: 0x02}, []string{"new", ""}, []int{0}},
		{iso7816.Command{INS: 0xE0}, []string{"\x62\x12\x80\x02\x00\x10\x82\x01\x01\x83\x02\x0A\x01\x88\x00\xA1\x03\x8C\x01\x00", "\x62"}, []int{0}},
		{iso7816.Command{INS: 0xE4}, []string{""}, []int{0}},
		{iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF}, []string{"\x4D\x09\x70\x07\xBF\x81\x01\x03\x7F\x41\x80", "\x4D\x08\x70\x06\xBF\x81\x01\x02\xA0\x80", "\x4D\x09\x70\x07\xBF\xA0\x01\x03\x7F\x49\x80", "\x4D"}, []int{256, 8, 15}},
		{iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF}, []string{"\x70\x0C\xBF\xA0\x01\x08\x7F\x49\x05\x82\x03\x01\x00\x01", "\x70"}, []int{0}},
		{iso7816.Command{INS: 0x20, P2: 1}, []string{"", "123456", "123456", "000000\xFF\xFF", "12"}, []int{0}},
		{iso7816.Command{INS: 0x20, P2: 2}, []string{"12345678", ""}, []int{0}},
		{iso7816.Command{INS: 0x2C, P1: 3, P2: 1}, []string{""}, []int{0}},
		{iso7816.Command{INS: 0x2C, P1: 2, P2: 1}, []string{"123456\xFF"}, []int{0}},
		{iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xA4}, []string{"\x80\x01\x02\x84\x01\x81", "\x84\x01\x83\x80\x01\x02"}, []int{0}},
		{iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB6}, []string{"\x80\x01\x42\x84\x01\x82"}, []int{0}},
		{iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xAA}, []string{"\x80\x01\x40"}, []int{0}},
		{iso7816.Command{INS: 0x88}, []string{"some bytes", string(make([]byte, 250))}, []int{256, 100}},
		{iso7816.Command{INS: 0x2A, P1: 0x90, P2: 0xA0}, []string{"\x90\x00\x80\x02hi"}, []int{0}},
		{iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A}, []string{"", string(make([]byte, 32))}, []int{256}},
		{iso7816.Command{INS: 0x84}, []string{""}, []int{8, 256}},
	},
}

// witnessed is the answer to the witness of a card without randomness.
const witnessed = "\x7C\x24\x80\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x81\x10\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10"

// What a host says to a series 8 card to make file B000, and key object 05.
const (
	newFile = "\x62\x15\x80\x02\x00\x20\x82\x01\x01\x83\x02\xB0\x00\x86\x08\x00\x00\x00\x00\x00\x01\x00\x01"
	newKey  = "\xA1\x14\x80\x01\x08\x83\x01\x05\x86\x0C\x00\x01\x00\x01\x00\x01\x00\x01\x00\x01\x00\x01"
)

// zeros is the randomness of both cards.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

var _ io.Reader = zeros{}

// Requirement: a host that follows 61xx and 6Cxx learns the same from a card on
// T=0 as on T=1, whatever it did before; only the warning that a file ended
// early has no place on T=0, where the host asks again for what there is. Source: ISO/IEC 7816-3 §12.2. Turned
// red by: a 6Cxx with a side effect, such as executing the command twice.
func TestT0EqualsT1(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[2], time.Now())
	for profile, commands := range generated {
		for seed := range uint64(60) {
			t.Run(fmt.Sprintf("%s/%d", profile, seed), func(t *testing.T) {
				same(t, profile, commands, &id, rand.New(rand.NewPCG(seed, 0)))
			})
		}
	}
}

func same(t *testing.T, profile string, commands []command, id *testpki.Identity, r *rand.Rand) {
	var channels []iso7816.Channel
	for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
		c := emutest.New(t, emu.Options{Profile: profile, Protocol: p, Rand: zeros{}, Identity: id})
		channels = append(channels, iso7816.Channel{Card: c, Protocol: p})
	}
	fresh := false // key 9E was made anew, so the two cards have different ones
	for range 40 {
		x := commands[r.IntN(len(commands))]
		c := x.head
		c.Data, c.Le = []byte(x.data[r.IntN(len(x.data))]), x.le[r.IntN(len(x.le))]
		var answers []iso7816.Response
		for _, ch := range channels {
			a, err := ch.Send(context.Background(), c)
			if err != nil {
				t.Fatalf("%v: %v on %v", c, err, ch.Protocol)
			}
			answers = append(answers, a)
		}
		if answers[1].SW == iso7816.EndOfFile { // the T=0 host was told how much there is and asked again for that
			answers[1].SW = iso7816.OK
		}
		made := c.INS == 0x47 && answers[0].SW == iso7816.OK
		fresh = fresh || made
		comparable := !made && !(fresh && c.INS == 0x87 && c.P2 == 0x9E) // else the DER of a signature varies in length, too
		if answers[0].SW != answers[1].SW || (comparable && !bytes.Equal(answers[0].Data, answers[1].Data)) {
			t.Fatalf("%v: T=0 %X %v, T=1 %X %v", c, answers[0].Data, answers[0].SW, answers[1].Data, answers[1].SW)
		}
	}
}
