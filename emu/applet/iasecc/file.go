package iasecc

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Limits of what a host can create, well above what it needs.
const (
	maxFile  = 8 << 10
	maxFiles = 64 // in one directory
)

// readBinary is READ BINARY of the current file or one with a short identifier.
func (a *Applet) readBinary(c iso7816.Command) iso7816.Response {
	offset, sw := a.point(c, fileRead)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	return applet.ReadBinary(c, a.file.Data, offset)
}

// updateBinary is UPDATE BINARY (ISO/IEC 7816-4 §7.2.5). What does not fit is
// not written at all.
func (a *Applet) updateBinary(c iso7816.Command) iso7816.Response {
	offset, sw := a.point(c, fileUpdate)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case len(c.Data) == 0:
		return applet.Status(iso7816.WrongLength)
	case offset >= len(a.file.Data):
		return applet.Status(iso7816.OffsetOutside)
	case offset+len(c.Data) > len(a.file.Data):
		return applet.Status(iso7816.NoMemory)
	}
	copy(a.file.Data[offset:], c.Data)
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}

// point reads P1 and P2 of a command on a transparent file: an offset in the
// current file, or a short identifier, which makes its file current, and an
// offset in that (ISO/IEC 7816-4 §7.2.2). The file's rule must allow the
// operation.
func (a *Applet) point(c iso7816.Command, operation byte) (offset int, sw iso7816.SW) {
	offset = int(c.P1)<<8 | int(c.P2)
	if c.P1&0x80 != 0 {
		offset = int(c.P2)
		f := a.short(c.P1)
		if f == nil {
			return 0, iso7816.FileNotFound
		}
		a.file = f
	}
	if a.file == nil {
		return 0, applet.NoCurrentFile
	}
	return offset, a.allow(a.file.Access, operation)
}

// short is the file of the current directory that P1 names, or nil.
func (a *Applet) short(p1 byte) *applet.File {
	if p1&0x60 != 0 {
		return nil
	}
	for _, f := range a.current.Children {
		if !f.Dir && f.SFI != 0 && f.SFI == p1&0x1F {
			return f
		}
	}
	return nil
}

// createFile is CREATE FILE (ISO/IEC 7816-9 §6.1) of a transparent file in the
// current directory: 62 with 80 size, 82 01, 83 identifier, 88 short identifier
// or nothing, A1.8C its rules. The new file is current.
func (a *Applet) createFile(c iso7816.Command) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	if sw := a.allow(a.current.Access, create); sw != iso7816.OK {
		return applet.Status(sw)
	}
	f, sw := a.ordered(c.Data)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	a.current.Add(f)
	a.file = f
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}

// ordered is the file that the data of CREATE FILE asks for.
func (a *Applet) ordered(data []byte) (*applet.File, iso7816.SW) {
	find := func(n int, path ...uint32) []byte {
		v, _ := iso7816.Find(data, append([]uint32{0x62}, path...)...)
		if len(v) != n {
			return make([]byte, n)
		}
		return v
	}
	size, kind, id := find(2, 0x80), find(1, 0x82), find(2, 0x83)
	rule, _ := iso7816.Find(data, 0x62, 0xA1, 0x8C)
	n, number := int(size[0])<<8|int(size[1]), uint16(id[0])<<8|uint16(id[1])
	switch {
	case kind[0] == 0x38:
		return nil, iso7816.FunctionMissing // a directory
	case kind[0] != 0x01 || n == 0 || number == 0 || number == masterFile || len(rule) == 0 || len(rule) > 8:
		return nil, iso7816.WrongData
	case a.current.Child(number) != nil:
		return nil, applet.FileExists
	case n > maxFile || len(a.current.Children) >= maxFiles:
		return nil, iso7816.NoMemory
	}
	f := applet.Transparent(number, n, nil)
	f.SFI, f.Access = find(1, 0x88)[0]>>3, append([]byte(nil), rule...)
	return f, iso7816.OK
}

// deleteFile is DELETE FILE (ISO/IEC 7816-9 §6.3) of the current file. Its
// directory becomes current. Directories stay.
func (a *Applet) deleteFile(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 != 0 || c.P2 != 0:
		return applet.Status(iso7816.WrongP1P2)
	case len(c.Data) != 0:
		return applet.Status(iso7816.WrongLength)
	case a.file == nil: // a directory
		return applet.Status(iso7816.SecurityStatus)
	}
	if sw := a.allow(a.file.Access, fileDelete); sw != iso7816.OK {
		return applet.Status(sw)
	}
	a.current.Remove(a.file)
	a.file = nil
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}
