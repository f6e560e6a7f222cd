package emu_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: a PIV card holds the objects and keys it is given and no others,
// guarded by the same rules. Source: SP 800-73-4 part 1 table 3.
// Turned red by: adding the identity's; a key under another reference.
func TestContent(t *testing.T) {
	content := &emu.Content{
		Objects: map[uint32][]byte{0x7E: {0x7E, 0}, 0x5FC103: {0x53, 1, 0xAA}},
		Keys:    map[byte]crypto.PrivateKey{0x9D: testpki.Published("card-00")},
	}
	all := "7C82010682008182" + "0100" + "00" + strings.Repeat("01", 255)
	sign := func(key string) []emutest.Step {
		return emutest.Say("108707"+key+"FF"+all[:510], "9000")
	}
	emutest.Run(t, emutest.New(t, emu.Options{Content: content}), emutest.Join(
		emutest.Say("00CB3FFF035C017E00", "7E009000"),
		emutest.Say("00CB3FFF055C035FC10500", "6A82"),
		emutest.Say("00CB3FFF055C035FC10300", "6982"),
		emutest.Say(verify, "9000"),
		emutest.Say("00CB3FFF055C035FC10300", "5301AA9000"),
		sign("9A"), emutest.Say("0087079A0B"+all[510:]+"00", "6A86"),
		sign("9D"), emutest.Say("0087079D0B"+all[510:]+"00", "7C82010482820100…6108"),
	)...)
}

// Requirement: what a card cannot hold is refused by name, not left out.
// Turned red by: making a card without it.
func TestContentRefused(t *testing.T) {
	key := testpki.Published("card-00")
	for _, row := range []struct {
		profile string
		content emu.Content
		says    string
	}{
		{"series8", emu.Content{}, "series8"},
		{"series9-iasecc", emu.Content{Keys: map[byte]crypto.PrivateKey{0x9A: key}}, "series9-iasecc"},
		{"series9", emu.Content{Keys: map[byte]crypto.PrivateKey{0x9E: &ecdsa.PrivateKey{}}}, "*ecdsa.PrivateKey as key 9E"},
		{"series9", emu.Content{Keys: map[byte]crypto.PrivateKey{0x9A: ed25519.PrivateKey{}}}, "ed25519.PrivateKey as key 9A"},
		{"series9", emu.Content{Keys: map[byte]crypto.PrivateKey{0x9B: key}}, "as key 9B"},
	} {
		_, err := emu.New(emu.Options{Profile: row.profile, Content: &row.content})
		if !errors.Is(err, emu.ErrOptions) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("error %v does not say %q", err, row.says)
		}
	}
}

// Requirement: an image keeps the content it was made with, and nothing is taken
// for it again. Turned red by: an image that opens with the identity's.
func TestContentInImage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card")
	content := &emu.Content{Objects: map[uint32][]byte{0x7E: {0x7E, 0}}, Keys: map[byte]crypto.PrivateKey{}}
	made, err := emu.Make(path, emu.Options{Content: content})
	if err != nil {
		t.Fatal(err)
	}
	made.Close()
	if _, err := emu.Open(path, emu.Options{Content: content}); !errors.Is(err, emu.ErrOptions) {
		t.Errorf("error %v", err)
	}
	card, err := emu.Open(path, emu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer card.Close()
	emutest.Run(t, card, emutest.Join(emutest.Say("00CB3FFF035C017E00", "7E009000"), emutest.Say("00CB3FFF055C035FC10500", "6A82"))...)
}
