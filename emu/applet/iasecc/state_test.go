package iasecc

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// made is a card with a passcode of the application's own, 81, which a card of
// the profile does not have.
func made() *Applet {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	passcodes := Passcodes([]byte("123456"), 3, []byte("12345678"), 5)
	passcodes[0x81] = Passcode{Value: []byte("111111"), Least: 6, Tries: 3}
	return New(Config{
		DefaultSelected: true, EnvironmentsShown: true, Passcodes: passcodes,
		Keys: Keys(id), MayDecipher: MayDecipher(), Master: Files(id), Memory: &applet.Memory{},
	})
}

func say(a *Applet, ins, p1, p2 byte, data string) iso7816.Response {
	return a.Process(iso7816.Command{INS: ins, P1: p1, P2: p2, Data: []byte(data), Le: 256})
}

// Requirement: a new card that loads what an old one saved is the old one:
// passcodes, counters, keys made and files written, at once unverified. Turned
// red by: a cell forgotten.
func TestSaveLoad(t *testing.T) {
	old := made()
	for _, step := range []struct {
		ins, p1, p2 byte
		data        string
		want        iso7816.SW
	}{
		{0x20, 0, refUser, "000000", 0x63C2},
		{0x20, 0, refUser, "123456", iso7816.OK},
		{0x24, 0, refUser, "123456654321", iso7816.OK},
		{0x20, 0, refPUK, "00000000", 0x63C4},
		{0x20, 0, refUser, "999999", 0x63C2},
		{0x20, 0, refUser, "654321", iso7816.OK},
		{0xA4, 4, 0x0C, string(applicationAID), iso7816.OK},
		{0x47, 0, 0, "\x70\x03\xBF\x90\x02", iso7816.OK},
		{0xA4, 1, 0x0C, "\x34\x01", iso7816.OK},
		{0xD6, 0, 0, "changed", iso7816.OK},
		{0xA4, 1, 0x0C, "\x34\x02", iso7816.OK},
		{0xE4, 0, 0, "", iso7816.OK},
		{0xE0, 0, 0, "\x62\x12\x80\x02\x00\x10\x82\x01\x01\x83\x02\x0A\x01\x88\x00\xA1\x03\x8C\x01\x00", iso7816.OK},
		{0x20, 0, refUser, "999999", 0x63C2},
	} {
		if got := say(old, step.ins, step.p1, step.p2, step.data).SW; got != step.want {
			t.Fatalf("%02X %q: %v, want %v", step.ins, step.data, got, step.want)
		}
	}
	fresh := made()
	if err := fresh.Load(old.Save()); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(fresh.Save(), old.Save(), func(a, b []byte) bool { return string(a) == string(b) }) {
		t.Error("what it saves is not what it loaded")
	}
	if fresh.TriesLeft() != 2 || fresh.pins[refUser].Verified() || fresh.current != fresh.config.Master {
		t.Errorf("%d tries left", fresh.TriesLeft())
	}
	if got := say(fresh, 0x20, 0, refUser, "654321").SW; got != iso7816.OK {
		t.Errorf("the changed passcode: %v", got)
	}
	if got := say(fresh, 0x20, 0, refPUK, "").SW; got != 0x63C4 {
		t.Errorf("the PUK: %v", got)
	}
}

// Requirement: what is not the state of this card is refused with ErrState.
// Turned red by: taking it.
func TestLoadRefuses(t *testing.T) {
	for cell, content := range map[string]string{"pin/01": "", "pin/02": "", "pin/81": "\x01", "key/01": "nonsense", "file/3F00": ""} {
		s := made().Save()
		s[cell] = []byte(content)
		if err := made().Load(s); !errors.Is(err, applet.ErrState) {
			t.Errorf("%s: %v", cell, err)
		}
	}
}

// Requirement: a passcode of the application is there in the application only,
// and forgotten where another directory is selected; a global one is not.
// Source: IAS-ECC 1.0.1 as OpenSC relies on it. Turned red by: leaving local
// passcodes verified.
func TestLocalPasscode(t *testing.T) {
	a := made()
	verified := func() bool { return say(a, 0x20, 0, 0x81, "").SW == iso7816.OK }
	if got := say(a, 0x20, 0, 0x81, "111111").SW; got != iso7816.ReferenceNotFound {
		t.Errorf("outside: %v", got)
	}
	say(a, 0xA4, 4, 0x0C, string(applicationAID))
	say(a, 0x20, 0, refUser, "123456")
	if got := say(a, 0x20, 0, 0x81, "111111").SW; got != iso7816.OK || !verified() {
		t.Errorf("inside: %v", got)
	}
	say(a, 0xA4, 1, 0x0C, "\x70\x01")
	say(a, 0xA4, 4, 0x0C, string(applicationAID))
	if !verified() {
		t.Error("lost in its own directory")
	}
	say(a, 0xA4, 4, 0x0C, string(rootAID))
	say(a, 0xA4, 4, 0x0C, string(applicationAID))
	if verified() || say(a, 0x20, 0, refUser, "").SW != iso7816.OK {
		t.Error("after another directory the local one counts, or the global one does not")
	}
	policy := say(a, 0xCB, 0x3F, 0xFF, "\x4D\x09\x70\x07\xBF\x81\x01\x03\x7F\x41\x80")
	if string(policy.Data) != "\x70\x0D\xBF\x81\x01\x09\x7F\x41\x06\x80\x01\x40\x81\x01\x06" {
		t.Errorf("its policy: % X", policy.Data)
	}
}

// Requirement: where environments can be read, they name the passcode the rules
// mean. Turned red by: two tables that differ.
func TestEnvironmentShown(t *testing.T) {
	a := made()
	say(a, 0xA4, 4, 0x0C, string(applicationAID))
	got := say(a, 0xCB, 0x3F, 0xFF, "\x4D\x08\x70\x06\xBF\xFB\x03\x02\x7B\x80")
	if want := "\x70\x0E\xBF\xFB\x03\x0A\x7B\x08\xA4\x06\x95\x01\x08\x83\x01\x02"; string(got.Data) != want {
		t.Errorf("% X %v", got.Data, got.SW)
	}
}
