package applet_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

func tree() *applet.File {
	application := applet.Directory(0x5015, []byte("name"), applet.Transparent(0x7001, 4, []byte{1}), applet.Transparent(0x5031, 0, nil))
	application.Children[0].Access, application.Children[0].SFI = []byte{9}, 7
	return applet.Directory(0x3F00, nil, application, applet.Transparent(0x2F00, 2, nil))
}

// Requirement: a file tree reads back as it was saved, order included. Turned
// red by: leaving out a field, or sorting by name.
func TestTree(t *testing.T) {
	s := applet.State{"pin/01": {1}}
	applet.SaveTree(s, tree())
	got, err := applet.LoadTree(s)
	if err != nil {
		t.Fatal(err)
	}
	again := applet.State{"pin/01": {1}}
	applet.SaveTree(again, got)
	if !reflect.DeepEqual(s, again) || got.Children[0].Children[0].ID != 0x7001 || got.Children[0].Parent() != got {
		t.Errorf("%v\n%v", s, again)
	}
}

// Requirement: cells that are no file tree are refused, not repaired. Turned red
// by: taking a file without its directory for a second root.
func TestTreeRefused(t *testing.T) {
	whole := func() applet.State { s := applet.State{}; applet.SaveTree(s, tree()); return s }
	rows := map[string]func(applet.State){
		"no root":           func(s applet.State) { delete(s, "file/3F00") },
		"no directory":      func(s applet.State) { delete(s, "file/3F00/5015") },
		"second root":       func(s applet.State) { s["file/4F00"] = s["file/3F00"] },
		"root is a file":    func(s applet.State) { clear(s); s["file/3F00"] = make([]byte, 16) },
		"cut":               func(s applet.State) { s["file/3F00/2F00"] = s["file/3F00/2F00"][:9] },
		"longer":            func(s applet.State) { s["file/3F00/2F00"] = append(s["file/3F00/2F00"], 0) },
		"length of 4 GB":    func(s applet.State) { copy(s["file/3F00/2F00"][4:], "\xFF\xFF\xFF\xFF") },
		"no identifier":     func(s applet.State) { s["file/3F00/xyz"] = s["file/3F00/2F00"] },
		"a file in a file":  func(s applet.State) { s["file/3F00/2F00/0001"] = s["file/3F00/2F00"] },
		"nothing in a cell": func(s applet.State) { s["file/3F00/2F00"] = nil },
	}
	for name, damage := range rows {
		s := whole()
		damage(s)
		if f, err := applet.LoadTree(s); !errors.Is(err, applet.ErrState) {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
}

// Requirement: no cell makes the loader panic. Turned red by: an unchecked
// length.
func FuzzTree(f *testing.F) {
	s := applet.State{}
	applet.SaveTree(s, tree())
	for name, cell := range s {
		f.Add(name, cell)
	}
	f.Fuzz(func(_ *testing.T, name string, cell []byte) {
		s := applet.State{}
		applet.SaveTree(s, tree())
		s[name] = cell
		_, _ = applet.LoadTree(s)
	})
}
