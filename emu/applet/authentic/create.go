package authentic

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// fileCost is what a file takes of the card's memory beside its bytes
// (assumed).
const fileCost = 32

// File types, tag 82 of the control parameters.
const (
	typeTransparent = 0x01
	typeDirectory   = 0x38
)

// createFile is CREATE FILE (ISO/IEC 7816-9 §8.2) in the current directory. The
// parameters are 62 with 80 size, 82 type, 83 identifier and 86 access rules,
// each once and nothing else. The new file is selected.
func (a *Applet) createFile(c iso7816.Command) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	f := parseParameters(c.Data)
	switch {
	case f == nil:
		return applet.Status(iso7816.WrongData)
	case !a.may(at(a.current.Access, dirCreate)):
		return applet.Status(iso7816.SecurityStatus)
	case a.current.Child(f.ID) != nil:
		return applet.Status(applet.FileExists)
	case used(a.config.Master)+used(f) > a.config.Space:
		return applet.Status(iso7816.NoMemory)
	}
	a.current.Add(f)
	a.enter(f)
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}

// parseParameters makes a file of control parameters, or nil where they are not
// those of one.
func parseParameters(data []byte) *applet.File {
	top, ok := strict(data, 0x62)
	if !ok || top[0x62] == nil {
		return nil
	}
	p, ok := strict(top[0x62], 0x80, 0x82, 0x83, 0x86)
	if !ok || len(p[0x82]) != 1 || len(p[0x83]) != 2 {
		return nil
	}
	id, size := uint16(p[0x83][0])<<8|uint16(p[0x83][1]), p[0x80]
	if slices.Contains([]uint16{0x0000, masterFile, 0x3FFF, 0xFFFF}, id) { // reserved, ISO/IEC 7816-4 §7.1.1
		return nil
	}
	var f *applet.File
	switch p[0x82][0] {
	case typeTransparent:
		if len(size) != 2 || len(p[0x86]) != 8 {
			return nil
		}
		f = applet.Transparent(id, int(size[0])<<8|int(size[1]), nil)
	case typeDirectory:
		if (size != nil && len(size) != 2) || len(p[0x86]) != 6 {
			return nil
		}
		f = applet.Directory(id, nil)
	default:
		return nil
	}
	f.Access = slices.Clone(p[0x86])
	return f
}

// used is the memory a file takes, with all that is in it.
func used(f *applet.File) int {
	n := fileCost + len(f.Data)
	for _, c := range f.Children {
		n += used(c)
	}
	return n
}

// deleteFile is DELETE FILE (ISO/IEC 7816-9 §8.3) in the current directory: P1
// 02 a transparent file, P1 01 a directory with all that is in it.
func (a *Applet) deleteFile(c iso7816.Command) iso7816.Response {
	if (c.P1 != 0x01 && c.P1 != 0x02) || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	if len(c.Data) != 2 {
		return applet.Status(iso7816.WrongLength)
	}
	f := a.current.Child(uint16(c.Data[0])<<8 | uint16(c.Data[1]))
	switch {
	case f == nil || f.Dir != (c.P1 == 0x01):
		return applet.Status(iso7816.FileNotFound)
	case !a.may(at(f.Access, fileDelete)): // the same place in a directory's rules
		return applet.Status(iso7816.SecurityStatus)
	}
	a.current.Remove(f)
	if a.file == f {
		a.file = nil
	}
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}

// putData is PUT DATA: P1 P2 3FFF speaks of keys, anything else is the
// identifier of a transparent file in the current directory to resize.
func (a *Applet) putData(c iso7816.Command) iso7816.Response {
	if c.P1 == 0x3F && c.P2 == 0xFF {
		return a.putKey(c.Data)
	}
	return a.resize(uint16(c.P1)<<8|uint16(c.P2), c.Data)
}

// resize takes 62 with 80 size. Bytes past a smaller end are lost; new ones are
// 00.
func (a *Applet) resize(id uint16, data []byte) iso7816.Response {
	top, ok1 := strict(data, 0x62)
	p, ok2 := strict(top[0x62], 0x80)
	if !ok1 || !ok2 || len(p[0x80]) != 2 {
		return applet.Status(iso7816.WrongData)
	}
	f, size := a.current.Child(id), int(p[0x80][0])<<8|int(p[0x80][1])
	switch {
	case f == nil || f.Dir:
		return applet.Status(iso7816.FileNotFound)
	case !a.may(at(f.Access, fileResize)):
		return applet.Status(iso7816.SecurityStatus)
	case used(a.config.Master)-len(f.Data)+size > a.config.Space:
		return applet.Status(iso7816.NoMemory)
	}
	fresh := make([]byte, size)
	copy(fresh, f.Data)
	f.Data = fresh
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}
