package t1_test

import (
	"bytes"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/t1"
)

// long answers everything with 600 bytes.
type long struct{}

func (long) Process(iso7816.Command) iso7816.Response { return applet.Data(make([]byte, 600)) }
func (long) Chains(byte) bool                         { return true }
func (long) Reset()                                   {}
func (long) TriesLeft() int                           { return 0 }
func (long) Save() applet.State                       { return nil }
func (long) Load(applet.State) error                  { return nil }

// Requirement: as many bytes as asked for and 61xx for the rest. Source:
// ISO/IEC 7816-4 §5.3.4. Turned red by: handing out everything at once.
func TestPieces(t *testing.T) {
	steps := []struct {
		name, command, sw string
		n                 int
	}{
		{"Le 8", "\x00\xCB\x3F\xFF\x08", "\x61\x00", 8},
		{"GET RESPONSE 00", "\x00\xC0\x00\x00\x00", "\x61\x00", 256},
		{"GET RESPONSE 50", "\x00\xC0\x00\x00\x50", "\x61\x00", 80},
		{"GET RESPONSE more than there is", "\x00\xC0\x00\x00\x00", "\x90\x00", 256},
		{"nothing left", "\x00\xC0\x00\x00\x00", "\x69\x85", 0},
		{"no Le", "\x00\xCB\x3F\xFF", "\x61\x00", 256},
		{"extended Le", "\x00\xCB\x3F\xFF\x00\x00\x00", "\x90\x00", 600},
		{"malformed", "\x00\xCB\x3F\xFF\x05\x5C", "\x67\x00", 0},
		{"too short", "\x00", "\x67\x00", 0},
	}
	a := &t1.Adaptor{Applet: &applet.Chain{Applet: long{}}}
	for _, s := range steps {
		got := a.Transmit([]byte(s.command))
		if len(got) != s.n+2 || !bytes.HasSuffix(got, []byte(s.sw)) {
			t.Errorf("%s: %d bytes, % X, want %d and % X", s.name, len(got)-2, got[len(got)-2:], s.n, s.sw)
		}
	}
}

// Requirement: a card that announces how long commands and answers may be takes no
// longer ones, and hands a longer answer out in pieces. Source: ISO/IEC 7816-4
// §12.7.1. Turned red by: a number that is announced only.
func TestLongest(t *testing.T) {
	a := &t1.Adaptor{Applet: &applet.Chain{Applet: long{}}, Longest: 300}
	command := func(n int) []byte {
		return append([]byte{0x00, 0xDB, 0x3F, 0xFF, 0x00, byte(n >> 8), byte(n)}, make([]byte, n)...)
	}
	if got := a.Transmit(command(293)); !bytes.HasSuffix(got, []byte{0x61, 0x00}) {
		t.Errorf("a command of 300 bytes: % X", got[len(got)-2:])
	}
	if got := a.Transmit(command(294)); !bytes.Equal(got, []byte{0x67, 0x00}) {
		t.Errorf("a command of 301 bytes: % X", got)
	}
	if got := a.Transmit([]byte("\x00\xCB\x3F\xFF\x00\x00\x00")); len(got) != 300 || got[298] != 0x61 {
		t.Errorf("an answer of %d bytes", len(got))
	}
}
