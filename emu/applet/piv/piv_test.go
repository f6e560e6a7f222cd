package piv_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
	"github.com/smartcard-connect/smartcard-connect/emu/t1"
)

const (
	selectPIV = "00A404000BA000000308000010000100"
	verify    = "0020008008313233343536FFFF"
	mistake   = "0020008008303030303030FFFF"
	status    = "00200080"
	discovery = "00CB3FFF035C017E00"
)

var (
	say  = emutest.Say
	join = emutest.Join
)

// script is conversations by the name of the rule they hold, each with a card
// of its own.
type script map[string][]emutest.Step

// run holds series 9 cards on T=1 to the conversations.
func (s script) run(t *testing.T) {
	t.Helper()
	for name, steps := range s {
		t.Run(name, func(t *testing.T) { emutest.Run(t, emutest.New(t, emu.Options{Rand: zeros{}}), steps...) })
	}
}

// runWith is run with cards that are set up differently.
func (s script) runWith(t *testing.T, change func(*piv.Config)) {
	t.Helper()
	for name, steps := range s {
		t.Run(name, func(t *testing.T) { emutest.Run(t, made(change), steps...) })
	}
}

// zeros is the randomness of a card whose challenges are known.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// bare is an applet behind T=1 without the rest of a card.
type bare struct {
	applet *piv.Applet
	wire   *t1.Adaptor
}

func behind(a *piv.Applet) bare {
	return bare{a, &t1.Adaptor{Applet: &applet.Chain{Applet: a}}}
}

func (b bare) Transmit(_ context.Context, command []byte) ([]byte, error) {
	return b.wire.Transmit(command), nil
}

func (b bare) Reset(context.Context) error { b.wire.Reset(); return nil }

// made is a card with every key and object, and administered with 3DES.
func made(change func(*piv.Config)) bare {
	keys, objects := everything()
	c := piv.Config{
		DefaultSelected: true,
		Passcode:        []byte("123456"), PUK: []byte("12345678"), Tries: 3, PUKTries: 3,
		Keys: keys, Objects: objects,
		Admin:  piv.AdminKey{Algorithm: piv.TripleDES, Key: []byte(emu.DefaultAdminKey)[:24]},
		Rand:   zeros{},
		Memory: &applet.Memory{},
	}
	if change != nil {
		change(&c)
	}
	return behind(piv.New(c))
}

// everything is made once: RSA-1024 as 84 and RSA-3072 as 85 are for the tests
// alone.
var everything = sync.OnceValues(func() (map[byte]crypto.PrivateKey, map[uint32][]byte) {
	id := testpki.Issue(testpki.Holders()[3], time.Now())
	keys, objects := piv.Personalise(id, piv.Layout{
		Keys: []byte{0x9D, 0x9E, 0x82, 0x83}, Compressed: []byte{0x9C}, Objects: piv.Extras(),
	})
	keys = maps.Clone(keys)
	for ref, bits := range map[byte]int{0x84: 1024, 0x85: 3072} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		keys[ref] = key
	}
	return keys, objects
})

func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

func bytesOf(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Requirement: whatever bytes come, on either protocol, the card answers at
// least a status word, at most 258 bytes unless asked for more, and does not
// panic. Turned red by: any unchecked index.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{
		selectPIV, verify, discovery, "00CB3FFF055C035FC105", "0087079A047C028100", "00C0000000",
		"0087039B047C028000", "0087039B167C14800800000000000000008108112233445566778800", "00DB3FFF075C035FC10C5300",
		"0047009E05AC03800111", "00DB3FFF057F61020100", "002C0080103132333435363738313233343536FFFF",
	} {
		b, _ := hex.DecodeString(seed)
		f.Add(b)
	}
	emutest.Fuzz(f, "series9")
}

// Requirement: the same of an administrator's card with every key: bytes that
// get past 9B are no more trusted. Turned red by: an unchecked index in PUT
// DATA or GENERATE.
func FuzzAdministrator(f *testing.F) {
	for _, seed := range []string{"DB3FFF075C035FC10C5300", "47009E05AC03800111", "8711830B7C098200850504010203", "8711 9E 08 7C06 8200 8102 0102"} {
		b, _ := hex.DecodeString(strings.ReplaceAll(seed, " ", ""))
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, tail []byte) {
		for _, rsa := range []string{"\x80\x01\x05", "\x80\x01\x06", "\x80\x01\x07"} {
			if bytes.Contains(tail, []byte(rsa)) {
				t.Skip("RSA keys take too long to make for fuzzing")
			}
		}
		c := made(nil)
		emutest.Run(t, c, join(administrator, say(verify, "9000"))...)
		if got := c.wire.Transmit(append([]byte{0}, tail...)); len(got) < 2 {
			t.Fatalf("% X", got)
		}
	})
}
