package inventory_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// machine is readers that tell about themselves, as PC/SC's do.
type machine struct {
	*readertest.Shelf
	said map[string]pcsc.Description
}

func (m machine) Describe(_ context.Context, name string) (pcsc.Description, error) {
	d, ok := m.said[name]
	if !ok {
		return d, reader.ErrBusy
	}
	return d, nil
}

// descriptors are those of a device with reader interfaces of these features.
// The keypad is the last one's.
func descriptors(keypad byte, features ...uint32) []byte {
	raw := make([]byte, 18+9)
	raw[0], raw[1], raw[18], raw[19] = 18, 1, 9, 2
	for n, f := range features {
		one := make([]byte, 9+54+7)
		one[0], one[1], one[2], one[5] = 9, 4, byte(n), 0x0B
		one[9], one[10] = 54, 0x21
		binary.LittleEndian.PutUint32(one[9+40:], f)
		if n == len(features)-1 {
			one[9+52] = keypad
		}
		one[63], one[64] = 7, 5
		raw = append(raw, one...)
	}
	return raw
}

// tree is a fake sysfs: a reader with a keypad at 1-1.3, one at 1-2, a device
// with two readers at 2-1, and a mouse.
func tree(t *testing.T) inventory.Sysfs {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("sysfs is Linux's")
	}
	root := t.TempDir()
	for dir, files := range map[string]map[string][]byte{
		"1-1.3": {"busnum": []byte("1\n"), "devnum": []byte("9\n"), "bConfigurationValue": []byte("1\n"), "descriptors": descriptors(1, 0x000204BA)},
		"1-2":   {"busnum": []byte("1\n"), "devnum": []byte("10\n"), "bConfigurationValue": []byte("1\n"), "descriptors": descriptors(0, 0x00040000)},
		"2-1":   {"busnum": []byte("2\n"), "devnum": []byte("3\n"), "descriptors": descriptors(0, 0x00010030, 0)},
		"1-3":   {"busnum": []byte("1\n"), "devnum": []byte("4\n"), "descriptors": {9, 4, 0, 0, 0, 3, 1, 2, 0, 255, 33}},
	} {
		for name, text := range files {
			path := filepath.Join(root, "bus", "usb", "devices", dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return inventory.Sysfs(root)
}

// desk has a reader for each way there is to tell where one is.
func desk(t *testing.T) inventory.Look {
	t.Helper()
	shelf := &readertest.Shelf{}
	m := machine{shelf, map[string]pcsc.Description{
		"New Reader 00 00":      {USB: "1-2:1.0", Serial: "R-1"},
		"Old Reader 01 00":      {Channel: 0x00200109},
		"Two In One 02 00":      {USB: "2-1:1.1"},
		"Two In One 02 01":      {USB: "2-1:1.1"},
		"Two In One, Old 03 00": {Channel: 0x00200203},
		"Unplugged 04 00":       {Channel: 0x0020017F},
		"Virtual PCD 00 00":     {},
	}}
	for name := range m.said {
		shelf.Add(name)
	}
	shelf.Add("Held 05 00")
	for name, profile := range map[string]string{"New Reader 00 00": "series8", "Old Reader 01 00": "series9"} {
		c, err := emu.New(emu.Options{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		shelf.Insert(name, c)
	}
	return inventory.Look{System: m, Sysfs: tree(t)}
}

// Requirement: readers by USB path: from the driver, else from its channel by
// sysfs; with exchange level and keypad; which card is in it by its own serial;
// what cannot be told is said. Source: PC/SC facts §4.1, §4.2; issue 7, point 1.
// Turned red by: another mask or offset, an identity by name, or silence.
func TestReaders(t *testing.T) {
	list, err := desk(t).Readers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]inventory.Reader{}
	for _, r := range list {
		got[r.Name] = r
	}
	for name, want := range map[string]struct {
		id     string
		level  rig.Level
		keypad bool
		series string
		note   string
	}{
		"New Reader 00 00":      {"1-2:1.0", rig.Extended, false, "8", ""},
		"Old Reader 01 00":      {"1-1.3:1.0", rig.Short, true, "9", ""},
		"Two In One 02 00":      {"2-1:1.1", rig.Character, false, "", ""},
		"Two In One 02 01":      {"2-1:1.1/1", rig.Character, false, "", ""},
		"Two In One, Old 03 00": {"2-1", "", false, "", "which of its device's readers"},
		"Unplugged 04 00":       {"Unplugged 04 00", "", false, "", "no USB path"},
		"Virtual PCD 00 00":     {"Virtual PCD 00 00", "", false, "", "no USB path"},
		"Held 05 00":            {"Held 05 00", "", false, "", "another program holds"},
	} {
		r := got[name]
		series := ""
		if r.Card != nil {
			series = r.Card.Series
			if r.Card.Serial == "" || !strings.Contains(r.Title, r.Card.Serial) {
				t.Errorf("%s: card %+v, title %q", name, r.Card, r.Title)
			}
		}
		noted := strings.Join(r.Notes, "; ")
		if r.ID != want.id || r.Level != want.level || r.Keypad != want.keypad || series != want.series || (noted == "") != (want.note == "") || !strings.Contains(noted, want.note) {
			t.Errorf("%s: %+v, want %+v", name, r, want)
		}
	}
	look := desk(t)
	look.NoCards = true
	if list, err = look.Readers(t.Context()); err != nil || slices.ContainsFunc(list, func(r inventory.Reader) bool { return r.Card != nil && r.Card.Serial != "" }) {
		t.Errorf("cards were asked: %v", err)
	}
}

// Requirement: readers of the bench file are found by place, whatever they are
// called today. Source: issue 7, point 1, "PC/SC names are not identities".
// Turned red by: comparing names.
func TestFind(t *testing.T) {
	list, err := desk(t).Readers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		want  rig.Reader
		found string
	}{
		{rig.Reader{USB: "1-2:1.0", Name: "Old Reader 01 00"}, "New Reader 00 00"},
		{rig.Reader{USB: "1-2"}, "New Reader 00 00"},
		{rig.Reader{USB: "2-1:1.1", Slot: 1}, "Two In One 02 01"},
		{rig.Reader{Name: "Virtual PCD 00 00"}, "Virtual PCD 00 00"},
		{rig.Reader{USB: "2-1"}, ""},
		{rig.Reader{USB: "1-9", Name: "New Reader 00 00"}, ""},
		{rig.Reader{Name: "New Reader"}, ""},
	} {
		r, err := inventory.Find(list, row.want)
		if r.Name != row.found || errors.Is(err, inventory.ErrNotHere) != (row.found == "") {
			t.Errorf("%+v: %q, %v", row.want, r.Name, err)
		}
	}
}

// Requirement: a fresh machine gets a first bench file: it parses, says what is
// not known, and lists no test card. Source: issue 7, point 1. Turned red by: a
// file that cannot be read, or that makes somebody's card ours to spoil.
func TestFile(t *testing.T) {
	look := desk(t)
	delete(look.System.(machine).said, "Two In One, Old 03 00") // then it has its name only
	list, err := look.Readers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := inventory.File("ward 7/desk.local", list)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rig.Parse(raw)
	if err != nil || r.Name != "ward-7-desk-local" || len(r.Readers) != len(list) || len(r.Cards) != 2 {
		t.Fatalf("%v\n%s", err, raw)
	}
	for i, d := range r.Readers {
		if found, err := inventory.Find(list, d); err != nil || found.Name != list[i].Name {
			t.Errorf("%s is found again as %q, %v", d.ID, found.Name, err)
		}
		if ways := r.Ways("card-1", d.ID); len(ways) != 1 || ways[0].Gadget.Kind != "manual" {
			t.Errorf("%s: ways %+v", d.ID, ways)
		}
	}
	for _, c := range r.Cards {
		if c.Test || c.Serial == "" {
			t.Errorf("card %+v", c)
		}
	}
	if !strings.Contains(string(raw), "# it has no USB path") {
		t.Errorf("nobody said what is not known:\n%s", raw)
	}
}

// Requirement: a damaged descriptor is none, never a panic. Turned red by:
// trusting its lengths.
func FuzzDescriptors(f *testing.F) {
	f.Add(descriptors(1, 0x40000))
	f.Add([]byte{9, 4, 0})
	f.Add([]byte{0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "bus", "usb", "devices", "1-1")
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, "descriptors"), raw, 0o644); err != nil {
			t.Fatal(err)
		}
		m := machine{&readertest.Shelf{}, map[string]pcsc.Description{"R 00 00": {USB: "1-1:1.0"}}}
		m.Add("R 00 00")
		list, err := inventory.Look{System: m, Sysfs: inventory.Sysfs(dir)}.Readers(t.Context())
		if err != nil || list[0].ID != "1-1:1.0" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
