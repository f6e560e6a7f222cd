package iasecc

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// References of the passcodes, and how long one can be. The card keeps each
// filled with FF to maxLength; hosts send them so or as they are.
const (
	refUser   = 0x01
	refPUK    = 0x02
	local     = 0x80 // the bit of a reference that belongs to the application
	maxLength = 64
)

// verify is VERIFY (ISO/IEC 7816-4 §7.5.6). Only a value that could be right
// spends a try. The security environment stays.
func (a *Applet) verify(c iso7816.Command) iso7816.Response {
	pin, sw := a.pin(c, 0x00)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case len(c.Data) == 0:
		return applet.Status(pin.Status())
	}
	if sw := a.allow(rulePasscode, chvVerify); sw != iso7816.OK {
		return applet.Status(sw)
	}
	value, sw := a.value(c.P2, c.Data)
	switch {
	case pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case sw != iso7816.OK:
		return applet.Status(sw)
	}
	return applet.Status(pin.Verify(value))
}

// change is CHANGE REFERENCE DATA (ISO/IEC 7816-4 §7.5.7) with the old and the
// new value, both filled to the same length.
func (a *Applet) change(c iso7816.Command) iso7816.Response {
	pin, sw := a.pin(c, 0x00)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	if sw := a.allow(rulePasscode, chvChange); sw != iso7816.OK {
		return applet.Status(sw)
	}
	if pin.Left() == 0 {
		return applet.Status(iso7816.MethodBlocked)
	}
	return applet.Status(a.replace(pin, c.P2, pin, c.P2, c.Data))
}

// replace checks the first half of data as one passcode and sets another to the
// second half. No try is spent unless both halves are well formed. A PUK that
// came with its command is not verified for the next.
func (a *Applet) replace(check *applet.PIN, checkRef byte, set *applet.PIN, setRef byte, data []byte) iso7816.SW {
	half := len(data) / 2
	if half*2 != len(data) {
		return iso7816.WrongLength
	}
	old, sw := a.value(checkRef, data[:half])
	if sw != iso7816.OK {
		return sw
	}
	fresh, sw := a.value(setRef, data[half:])
	if sw != iso7816.OK {
		return sw
	}
	prove := check.Verify
	if check != set {
		prove = check.Compare
	}
	if sw := prove(old); sw != iso7816.OK {
		return sw
	}
	set.Set(fresh)
	return iso7816.OK
}

// resetCounter is RESET RETRY COUNTER (ISO/IEC 7816-4 §7.5.10). P1 00 brings
// the PUK and a new value and 01 the PUK alone; 02 a new value and 03 nothing,
// after what the rule wants was verified.
func (a *Applet) resetCounter(c iso7816.Command) iso7816.Response {
	pin, sw := a.pin(c, 0x00, 0x01, 0x02, 0x03)
	puk := a.pins[refPUK]
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case c.P2 == refPUK || puk == nil:
		return applet.Status(iso7816.SecurityStatus)
	case c.P1 < 0x02 && puk.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case c.P1 == 0x00:
		return applet.Status(a.replace(puk, refPUK, pin, c.P2, c.Data))
	case c.P1 == 0x01:
		return applet.Status(a.unblock(puk, pin, c.Data))
	}
	if sw := a.allow(rulePasscode, chvReset); sw != iso7816.OK {
		return applet.Status(sw)
	}
	if c.P1 == 0x03 {
		if len(c.Data) != 0 {
			return applet.Status(iso7816.WrongLength)
		}
		pin.Unblock()
		return applet.Status(iso7816.OK)
	}
	fresh, sw := a.value(c.P2, c.Data)
	if sw == iso7816.OK {
		pin.Set(fresh)
	}
	return applet.Status(sw)
}

// unblock gives pin its tries back for the right PUK.
func (a *Applet) unblock(puk, pin *applet.PIN, data []byte) iso7816.SW {
	value, sw := a.value(refPUK, data)
	if sw == iso7816.OK {
		sw = puk.Compare(value)
	}
	if sw == iso7816.OK {
		pin.Unblock()
	}
	return sw
}

// pin finds the passcode P2 names, or the status word against it or P1. Local
// ones are found in the application only.
func (a *Applet) pin(c iso7816.Command, p1 ...byte) (*applet.PIN, iso7816.SW) {
	p, found := a.pins[c.P2]
	switch {
	case !bytes.Contains(p1, []byte{c.P1}):
		return nil, iso7816.WrongP1P2
	case !found || (c.P2&local != 0 && a.current == a.config.Master):
		return nil, iso7816.ReferenceNotFound
	}
	return p, iso7816.OK
}

// value fills a passcode to maxLength. It is printable ASCII of enough length,
// then FF or nothing.
func (a *Applet) value(ref byte, data []byte) ([]byte, iso7816.SW) {
	if len(data) == 0 || len(data) > maxLength {
		return nil, iso7816.WrongLength
	}
	if !applet.Padded(data, a.config.Passcodes[ref].Least, func(x byte) bool { return x >= 0x20 && x <= 0x7E }) {
		return nil, iso7816.WrongData
	}
	return applet.Pad(data, maxLength), iso7816.OK
}
