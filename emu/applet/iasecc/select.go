package iasecc

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

const (
	masterFile = 0x3F00
	rid        = 5 // the shortest name: a registered provider's bytes
)

// selectFile is SELECT (ISO/IEC 7816-4 §7.1.1). P2 says what comes back: 00 the
// file control information, 04 the parameters, 0C nothing; without Le nothing
// does. P1 01 and 02 both find any file of the current directory, as recorded
// of this card.
func (a *Applet) selectFile(c iso7816.Command) iso7816.Response {
	if c.P2 != 0x00 && c.P2 != 0x04 && c.P2 != 0x0C {
		return applet.Status(iso7816.WrongP1P2)
	}
	if c.P1 == 0x04 {
		return a.selectName(c)
	}
	if !a.selection.Selected() && !a.back(c) {
		return applet.Status(iso7816.FileNotFound)
	}
	f, known := a.lookUp(c.P1, c.Data)
	switch {
	case !known || (f == a.config.Master && c.P2 == 0x00 && a.config.RefuseMasterFCI):
		return applet.Status(iso7816.WrongP1P2)
	case f == nil:
		return applet.Status(iso7816.FileNotFound)
	}
	a.selection.ByName(rootAID)
	a.enter(f)
	return parameters(f, c)
}

// back reports whether a SELECT finds the way from the card manager to the
// master file: hosts were recorded to come back by 3F00, where the file system
// is the card's own.
func (a *Applet) back(c iso7816.Command) bool {
	return a.config.DefaultSelected && c.P1 == 0x00 && bytes.Equal(c.Data, []byte{0x3F, 0x00})
}

// selectName selects the master file or a directory in it by its name, or cut
// short; or the card manager, which has no files.
func (a *Applet) selectName(c iso7816.Command) iso7816.Response {
	for _, d := range append([]*applet.File{a.config.Master}, a.config.Master.Children...) {
		if d.Dir && len(c.Data) >= rid && bytes.HasPrefix(d.Name, c.Data) {
			a.selection.ByName(rootAID)
			a.enter(d)
			return parameters(d, c)
		}
	}
	if a.selection.ByName(c.Data) == applet.Manager {
		a.enter(a.config.Master)
		return applet.Status(iso7816.OK)
	}
	return applet.Status(iso7816.FileNotFound)
}

// lookUp is the file that P1 and data of a SELECT name, or nil; known is false
// for a P1 the card does not have.
func (a *Applet) lookUp(p1 byte, data []byte) (f *applet.File, known bool) {
	top := bytes.HasPrefix(data, []byte{0x3F, 0x00})
	switch p1 {
	case 0x00:
		if len(data) == 0 || (top && len(data) == 2) {
			return a.config.Master, true
		}
		return a.child(data), true
	case 0x01, 0x02:
		return a.child(data), true
	case 0x03:
		return a.current.Parent(), true
	case 0x08:
		if top {
			data = data[2:]
		}
		return a.config.Master.Walk(data), true
	case 0x09:
		if top && len(data) > 2 {
			return a.config.Master.Walk(data[2:]), true
		}
		return a.current.Walk(data), true
	}
	return nil, false
}

// child is the file of the current directory with this identifier, or nil.
func (a *Applet) child(id []byte) *applet.File {
	if len(id) != 2 {
		return nil
	}
	return a.current.Walk(id)
}

// enter makes a file current. Another directory ends what belongs to the old
// one: the security environment and its local passcodes. Global passcodes stay
// verified.
func (a *Applet) enter(f *applet.File) {
	d := f
	a.file = nil
	if !f.Dir {
		d, a.file = f.Parent(), f
	}
	if d == a.current {
		return
	}
	a.current, a.env = d, environment{}
	for ref, p := range a.pins {
		if ref&local != 0 {
			p.Forget()
		}
	}
}

// parameters are 80 size, 82 type, 83 identifier, 88 short identifier, A1
// access rules, 8A life cycle 05 (activated), 84 name.
func parameters(f *applet.File, c iso7816.Command) iso7816.Response {
	if c.P2 == 0x0C || c.Le == 0 {
		return applet.Status(iso7816.OK)
	}
	tag := uint32(0x62)
	if c.P2 == 0x00 {
		tag = 0x6F
	}
	rules, active := iso7816.Wrap(0xA1, iso7816.Wrap(0x8C, f.Access)), []byte{0x8A, 1, 0x05}
	if f.Dir {
		return applet.Data(iso7816.Wrap(tag, []byte{0x82, 1, 0x38}, active, rules, iso7816.Wrap(0x84, f.Name)))
	}
	var short []byte
	if f.SFI != 0 {
		short = []byte{f.SFI << 3}
	}
	n := len(f.Data)
	return applet.Data(iso7816.Wrap(tag,
		[]byte{0x80, 2, byte(n >> 8), byte(n), 0x82, 1, 0x01, 0x83, 2, byte(f.ID >> 8), byte(f.ID)},
		iso7816.Wrap(0x88, short), rules, active))
}
