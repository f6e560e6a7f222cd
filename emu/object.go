package emu

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
)

// maxObject is the longest object: what a short EF or a PIV buffer can hold with
// 16-bit offsets.
const maxObject = 1 << 15

// addObjects puts more on a card that is just being made. On a card with a file
// tree a name is a path of file identifiers below the master file, and access is
// as for the first file of that directory; else it is a PIV tag, and a value that
// is not in the template that GET DATA answers gets it: 53, or its own tag for the
// discovery object and the biometric templates.
func addObjects(a applet.Applet, objects map[string][]byte) error {
	if len(objects) == 0 {
		return nil
	}
	state := a.Save()
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		if len(objects[name]) > maxObject {
			return fmt.Errorf("object %s: %d bytes are more than %d", name, len(objects[name]), maxObject)
		}
		add := addData
		if _, err := applet.LoadTree(state); err == nil {
			add = addFile
		}
		if err := add(state, name, objects[name]); err != nil {
			return err
		}
	}
	return a.Load(state)
}

func addData(s applet.State, name string, value []byte) error {
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) < 1 || len(raw) > 3 || strings.ToUpper(name) != name {
		return fmt.Errorf("object %q: its name is no tag like 5FC103", name)
	}
	template := map[string]uint32{"7E": piv.TagDiscovery, "7F61": piv.TagBiometrics}[name]
	if template == 0 {
		template = 0x53
	}
	if t, rest, err := iso7816.ReadTLV(value); err != nil || t.Tag != template || len(rest) != 0 {
		value = iso7816.Wrap(template, value)
	}
	s["object/"+strings.TrimLeft(name, "0")] = value
	return nil
}

func addFile(s applet.State, name string, value []byte) error {
	path, err := hex.DecodeString(strings.ReplaceAll(name, "/", ""))
	if err != nil || len(path) < 2 || len(path)%2 != 0 {
		return fmt.Errorf("object %q: its name is no path like 5015/3403", name)
	}
	root, err := applet.LoadTree(s)
	if err != nil {
		return err
	}
	parent, id := root.Walk(path[:len(path)-2]), uint16(path[len(path)-2])<<8|uint16(path[len(path)-1])
	if parent == nil || !parent.Dir {
		return fmt.Errorf("object %q: there is no such directory", name)
	}
	if old := parent.Child(id); old != nil {
		if old.Dir {
			return fmt.Errorf("object %q: a directory", name)
		}
		parent.Remove(old)
	}
	f := applet.Transparent(id, 0, value)
	f.Access = accessIn(parent)
	parent.Add(f)
	applet.SaveTree(s, root)
	return nil
}

// accessIn are the access rules of the first file of a directory, which a new
// one there gets too.
func accessIn(dir *applet.File) []byte {
	for _, f := range dir.Children {
		if !f.Dir {
			return slices.Clone(f.Access)
		}
	}
	return nil
}
