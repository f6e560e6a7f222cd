package piv_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// drawn are the commands that random hosts send.
var drawn = []string{
	verify, verify, mistake, status, change, other, unblock, badPUK, discovery, selectPIV,
	"0020FF80", "00A4040008A000000003000000", "002400811031323334353637383837363534333231",
	"0087039B047C028000", "0087039B167C14800800000000000000008108112233445566778800",
	make9E, "0047009A05AC03800114", "00470082 05 AC03800111",
	"00DB3FFF085C035FC10C5301AA", "00DB3FFF075C035FC10C5300", "00DB3FFF067F6103020100", "00DB3FFF027E00", "00DB3FFF085C035FC1095301BB",
	"0087119E0A7C08820081040102030400", "0087149A0A7C08820081040102030400", "008711820A7C08820081040102030400",
	"00CB3FFF055C035FC10C00", "00CB3FFF055C035FC10900", "00CB3FFF055C035FC10500",
}

// Requirement: a card made from what another saved answers like it, whatever
// happened before. Source: facts of plastic: all but the security status
// outlives power. Turned red by: a cell that is not saved.
func TestSaveAndLoad(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 9))
		old := made(nil)
		for range r.IntN(60) {
			emutest.Send(t, old, drawn[r.IntN(len(drawn))])
		}
		again := made(func(c *piv.Config) {
			c.Passcode, c.PUK, c.Tries, c.Keys, c.Objects = []byte("000000"), []byte("00000000"), 9, nil, nil
			c.Admin = piv.AdminKey{}
		})
		if err := again.applet.Load(old.applet.Save()); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(old.Reset(t.Context()), again.Reset(t.Context())); err != nil {
			t.Fatal(err)
		}
		for range 60 {
			command := drawn[r.IntN(len(drawn))]
			a, b := emutest.Send(t, old, command), emutest.Send(t, again, command)
			if strings.Contains(command, "00470") || strings.HasPrefix(command, "008711") || strings.HasPrefix(command, "008714") {
				a, b = a[max(0, len(a)-4):], b[max(0, len(b)-4):] // keys made from now on differ
			}
			if a != b {
				t.Fatalf("seed %d: %s: %s, from the saved state %s", seed, command, a, b)
			}
		}
	}
}

// Requirement: keys of every kind come back as they were: the same signatures.
// Turned red by: saving RSA keys only.
func TestKeysComeBack(t *testing.T) {
	old, again := made(nil), made(func(c *piv.Config) { c.Keys = nil })
	if err := again.applet.Load(old.applet.Save()); err != nil {
		t.Fatal(err)
	}
	block := func(n int) []byte { return append([]byte{0x81, 0x82, byte(n >> 8), byte(n)}, make([]byte, n)...) }
	for ref, k := range map[byte]struct {
		algorithm byte
		n         int
	}{0x9A: {7, 256}, 0x9C: {7, 256}, 0x9D: {7, 256}, 0x82: {7, 256}, 0x84: {6, 128}, 0x85: {5, 384}, 0x9E: {0x11, 32}, 0x83: {0x14, 48}} {
		a, b := operate(t, old, k.algorithm, ref, block(k.n)), operate(t, again, k.algorithm, ref, block(k.n))
		if string(a) != string(b) {
			t.Errorf("%X: %X, then %X", ref, a, b)
		}
	}
}

// Requirement: every change that outlives power is announced to the memory, and
// reading announces nothing. Source: applet.Memory. Turned red by: a handler
// that does not call Change.
func TestChangesAreAnnounced(t *testing.T) {
	rows := []struct {
		before []emutest.Step
		send   string
		writes int
	}{
		{nil, status, 0},
		{nil, discovery, 0},
		{nil, verify, 2}, // the try before the comparison, the counter after it
		{nil, mistake, 1},
		{administrator, "00DB3FFF085C035FC10C5301AA", 1},
		{administrator, "00DB3FFF075C035FC1055300", 1},
		{administrator, make9E, 1},
		{administrator, "0047009E05AC03800110", 0},
		{administrator, "00DB3FFF0153", 0},
		{nil, "0087039B047C028000", 0},
	}
	for _, r := range rows {
		writes := 0
		memory := &applet.Memory{Write: func() error { writes++; return nil }}
		c := made(func(c *piv.Config) { c.Memory = memory })
		c.wire.Applet.Applet = applet.Durable{Applet: c.applet, Memory: memory}
		emutest.Run(t, c, r.before...)
		writes = 0
		emutest.Send(t, c, r.send)
		if writes != r.writes {
			t.Errorf("%s: %d writes, want %d", r.send, writes, r.writes)
		}
	}
}

// Requirement: a state that is not a PIV card's is refused. Turned red by:
// trusting its names or its contents.
func TestLoadRefuses(t *testing.T) {
	good := func() applet.State { return made(nil).applet.Save() }
	key := good()["key/9A"]
	for name, cell := range map[string][]byte{
		"pin/80": {9}, "pin/81": nil, "admin/9B": nil, "admin/9C": {3}, "key/9A": {1, 2, 3}, "key/9B": key, "key/9a": key, "key/09A": key,
		"key/9AX": key, "object/": {1}, "object/5fc105": {1}, "object/1005FC105": {1}, "file/3F00": {1}, "": nil,
	} {
		s := good()
		s[name] = cell
		if err := made(nil).applet.Load(s); !errors.Is(err, applet.ErrState) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, n := range []int{0, 1, 15, 17, 24} {
		s := good()
		s["admin/9B"] = append([]byte{piv.AES128}, make([]byte, n)...)
		if err := made(nil).applet.Load(s); !errors.Is(err, applet.ErrState) || strings.Contains(fmt.Sprint(err), "00 00") {
			t.Errorf("%d bytes of AES-128: %v", n, err)
		}
	}
}
