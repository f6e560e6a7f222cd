package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

const masterFile = 0x3F00

// selectFile is SELECT (ISO/IEC 7816-4 §7.1.1) by identifier, by name, to the
// parent, and by path from the master file or from here. P2 says whether the
// file control parameters come back; without Le nothing does.
func (a *Applet) selectFile(c iso7816.Command) iso7816.Response {
	if c.P2 != 0x00 && c.P2 != 0x0C {
		return applet.Status(iso7816.WrongP1P2)
	}
	var f *applet.File
	switch c.P1 {
	case 0x00:
		f = a.find(c.Data)
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
// CRYPTO. 00 00 is always, FF FF never, 00 01 wants passcode 1.
func parameters(f *applet.File, c iso7816.Command) iso7816.Response {
	if c.P2 == 0x0C || c.Le == 0 {
		return applet.Status(iso7816.OK)
	}
	id := iso7816.Wrap(0x83, []byte{byte(f.ID >> 8), byte(f.ID)})
	if !f.Dir {
		n := len(f.Data)
		return applet.Data(iso7816.Wrap(0x62,
			[]byte{0x80, 2, byte(n >> 8), byte(n), 0x82, 1, 0x01}, id,
			[]byte{0x86, 8, 0, 0, 0, 1, 0, 1, 0, 1}))
	}
	var name []byte
	if f.Name != nil {
		name = iso7816.Wrap(0x84, f.Name)
	}
	return applet.Data(iso7816.Wrap(0x62, []byte{0x82, 1, 0x38}, id, name, []byte{0x86, 6, 0, 1, 0, 1, 0, 1}))
}

// readBinary is READ BINARY (ISO/IEC 7816-4 §7.2.3) of the selected file. Fewer
// bytes than an exact Le come with 6282.
func (a *Applet) readBinary(c iso7816.Command) iso7816.Response {
	offset := int(c.P1)<<8 | int(c.P2)
	switch {
	case a.file == nil:
		return applet.Status(0x6986) // no current EF
	case len(c.Data) != 0 || c.Le == 0:
		return applet.Status(iso7816.WrongLength)
	case offset >= len(a.file.Data):
		return applet.Status(iso7816.OffsetOutside)
	}
	rest := a.file.Data[offset:]
	if c.Le <= len(rest) {
		return applet.Data(rest[:c.Le])
	}
	if c.Le == iso7816.MaxShort || c.Le == iso7816.MaxExtended {
		return applet.Data(rest)
	}
	return iso7816.Response{Data: rest, SW: iso7816.EndOfFile}
}
