package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// readBinary is READ BINARY of the selected file.
func (a *Applet) readBinary(c iso7816.Command) iso7816.Response {
	offset, sw := a.window(c, fileRead)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	return applet.ReadBinary(c, a.file.Data, offset)
}

// updateBinary is UPDATE BINARY (ISO/IEC 7816-4 §7.2.5) of the selected file,
// all of the data or none of it. WRITE BINARY does the same, as OpenSC uses the
// two alike; there is no ERASE BINARY, OpenSC writes zeros instead (both
// assumed).
func (a *Applet) updateBinary(c iso7816.Command) iso7816.Response {
	offset, sw := a.window(c, fileUpdate)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case len(c.Data) == 0 || len(c.Data) > len(a.file.Data)-offset:
		return applet.Status(iso7816.WrongLength)
	}
	copy(a.file.Data[offset:], c.Data)
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}

// window is where in the selected file P1 and P2 point, once the rule at a place
// of its access rules holds. The form of P1 with a short identifier finds
// nothing: files of this card have none (assumed, their parameters name none).
func (a *Applet) window(c iso7816.Command, place int) (int, iso7816.SW) {
	offset := int(c.P1)<<8 | int(c.P2)
	switch {
	case c.P1&0x80 != 0:
		return 0, iso7816.FileNotFound
	case a.file == nil:
		return 0, applet.NoCurrentFile
	case !a.may(at(a.file.Access, place)):
		return 0, iso7816.SecurityStatus
	case offset >= len(a.file.Data):
		return 0, iso7816.OffsetOutside
	}
	return offset, iso7816.OK
}
