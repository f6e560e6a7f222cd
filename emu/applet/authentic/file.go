package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

const masterFile = 0x3F00

// selectFile is SELECT (ISO/IEC 7816-4 §7.1.1) by identifier, by name, down to a
// child, up to the parent, and by path from the master file or from here. P2 says whether the
// file control parameters come back; without Le nothing does.
func (a *Applet) selectFile(c iso7816.Command) iso7816.Response {
	if c.P2 != 0x00 && c.P2 != 0x0C {
		return applet.Status(iso7816.WrongP1P2)
	}
	var f *applet.File
	switch c.P1 {
	case 0x00:
		f = a.find(c.Data)
	case 0x01, 0x02: // a directory in this one, a transparent file in this one
		f = a.current.Walk(c.Data)
		if len(c.Data) != 2 || (f != nil && f.Dir != (c.P1 == 0x01)) {
			f = nil
		}
	case 0x03:
		f = a.current.Parent()
	case 0x04:
		return a.selectName(c)
	case 0x08:
		f = a.config.Master.Walk(fromMaster(c.Data))
	case 0x09:
		f = a.current.Walk(c.Data)
	default:
		return applet.Status(iso7816.WrongP1P2)
	}
	if f == nil {
		return applet.Status(iso7816.FileNotFound)
	}
	a.enter(f)
	return parameters(f, c)
}

func (a *Applet) selectName(c iso7816.Command) iso7816.Response {
	switch a.selection.ByName(c.Data) {
	case applet.Own:
		a.leave(true)
		return parameters(a.current, c)
	case applet.Manager:
		a.leave(true)
		return applet.Status(iso7816.OK)
	}
	return applet.Status(iso7816.FileNotFound)
}

func (a *Applet) enter(f *applet.File) {
	if f.Dir {
		a.current, a.file = f, nil
		return
	}
	a.current, a.file = f.Parent(), f
}

// find looks for a file identifier here, then at the top, as the card does.
func (a *Applet) find(id []byte) *applet.File {
	if len(id) == 0 {
		return a.config.Master
	}
	if len(id) != 2 {
		return nil
	}
	n := uint16(id[0])<<8 | uint16(id[1])
	if n == masterFile {
		return a.config.Master
	}
	if f := a.current.Child(n); f != nil {
		return f
	}
	return a.config.Master.Child(n)
}

// fromMaster drops the 3F00 that some hosts begin a path with.
func fromMaster(path []byte) []byte {
	if len(path) >= 2 && path[0] == 0x3F && path[1] == 0x00 {
		return path[2:]
	}
	return path
}

// parameters is the FCP: for a file 80 size, 82 type, 83 identifier, 86 access
// rules as pairs READ, DELETE, UPDATE, RESIZE; for a directory CREATE, DELETE,
// CRYPTO.
func parameters(f *applet.File, c iso7816.Command) iso7816.Response {
	if c.P2 == 0x0C || c.Le == 0 {
		return applet.Status(iso7816.OK)
	}
	id := iso7816.Wrap(0x83, []byte{byte(f.ID >> 8), byte(f.ID)})
	access := iso7816.Wrap(0x86, f.Access)
	if !f.Dir {
		n := len(f.Data)
		return applet.Data(iso7816.Wrap(0x62,
			[]byte{0x80, 2, byte(n >> 8), byte(n), 0x82, 1, typeTransparent}, id, access))
	}
	var name []byte
	if f.Name != nil {
		name = iso7816.Wrap(0x84, f.Name)
	}
	return applet.Data(iso7816.Wrap(0x62, []byte{0x82, 1, typeDirectory}, id, name, access))
}
