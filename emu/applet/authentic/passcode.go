package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// References and lengths of the passcodes. On the wire each is filled with FF
// to maxLength.
const (
	refUser   = 0x01
	refPUK    = 0x02
	minLength = 4
	maxLength = 8
)

// verify is VERIFY (ISO/IEC 7816-4 §7.5.6). Only a value of the right length
// and filling spends a try.
func (a *Applet) verify(c iso7816.Command) iso7816.Response {
	pin, sw := a.pin(c, 0x00)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case len(c.Data) == 0:
		return applet.Status(pin.Status())
	case pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case len(c.Data) != maxLength:
		return applet.Status(iso7816.WrongLength)
	case !wellFormed(c.Data):
		return applet.Status(iso7816.WrongData)
	}
	return applet.Status(pin.Verify(c.Data))
}

// change is CHANGE REFERENCE DATA (ISO/IEC 7816-4 §7.5.7): P1 00 brings old and
// new, P1 01 only the new one and wants the old one verified.
func (a *Applet) change(c iso7816.Command) iso7816.Response {
	pin, sw := a.pin(c, 0x00, 0x01)
	fresh := c.Data
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case c.P1 == 0x01 && !pin.Verified():
		return applet.Status(iso7816.SecurityStatus)
	case len(c.Data) != maxLength*(2-int(c.P1)):
		return applet.Status(iso7816.WrongLength)
	}
	if c.P1 == 0x00 {
		fresh = c.Data[maxLength:]
	}
	if !wellFormed(fresh) {
		return applet.Status(iso7816.WrongData)
	}
	if c.P1 == 0x00 {
		if sw := pin.Verify(c.Data[:maxLength]); sw != iso7816.OK {
			return applet.Status(sw)
		}
	}
	pin.Set(fresh)
	return applet.Status(iso7816.OK)
}

// resetCounter is RESET RETRY COUNTER (ISO/IEC 7816-4 §7.5.10) after the PUK
// was verified: P1 02 brings a new passcode, P1 03 keeps the old one.
func (a *Applet) resetCounter(c iso7816.Command) iso7816.Response {
	pin, sw := a.pin(c, 0x02, 0x03)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case c.P2 != refUser || !a.pins[refPUK].Verified():
		return applet.Status(iso7816.SecurityStatus)
	case c.P1 == 0x03 && len(c.Data) == 0:
		pin.Unblock()
		return applet.Status(iso7816.OK)
	case c.P1 == 0x03 || len(c.Data) != maxLength:
		return applet.Status(iso7816.WrongLength)
	case !wellFormed(c.Data):
		return applet.Status(iso7816.WrongData)
	}
	pin.Set(c.Data)
	return applet.Status(iso7816.OK)
}

// pin finds the passcode P2 names, or the status word against it or P1.
func (a *Applet) pin(c iso7816.Command, p1 ...byte) (*applet.PIN, iso7816.SW) {
	for _, ok := range p1 {
		if c.P1 != ok {
			continue
		}
		if p, found := a.pins[c.P2]; found {
			return p, iso7816.OK
		}
		return nil, iso7816.ReferenceNotFound
	}
	return nil, iso7816.WrongP1P2
}

// wellFormed is printable ASCII of enough length, filled with FF.
func wellFormed(b []byte) bool {
	return applet.Padded(b, minLength, func(x byte) bool { return x >= 0x20 && x <= 0x7E })
}
