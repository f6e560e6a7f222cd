package piv

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Key references of the passcodes (SP 800-73-4 part 1 table 4).
const (
	refPIN = 0x80
	refPUK = 0x81
)

// blockSize is the length of every passcode and PUK on the wire.
const blockSize = 8

// verify is VERIFY (SP 800-73-4 part 2 §3.2.1). The global passcode, the
// fingerprints (96, 97) and the pairing code (98) are references this card does
// not have. What cannot be a passcode spends no try, unless the card is set up
// so.
func (a *Applet) verify(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 != 0x00 && c.P1 != 0xFF:
		return applet.Status(iso7816.WrongP1P2)
	case c.P2 != refPIN:
		return applet.Status(iso7816.ReferenceNotFound)
	case c.P1 == 0xFF && len(c.Data) == 0:
		a.pin.Forget()
		return applet.Status(iso7816.OK)
	case c.P1 == 0xFF:
		return applet.Status(iso7816.WrongData)
	case len(c.Data) == 0:
		return applet.Status(a.pin.Status())
	case a.pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case !wellFormed(c.Data) && !a.config.MalformedSpends:
		return applet.Status(iso7816.WrongData)
	}
	sw := a.pin.Verify(c.Data)
	a.fresh = sw == iso7816.OK
	return applet.Status(sw)
}

// change is CHANGE REFERENCE DATA (SP 800-73-4 part 2 §3.2.2) for the passcode
// and the PUK: old value, new value.
func (a *Applet) change(c iso7816.Command) iso7816.Response {
	pin, ok := a.reference(c.P2)
	switch {
	case c.P1 != 0x00:
		return applet.Status(iso7816.WrongP1P2)
	case !ok:
		return applet.Status(iso7816.ReferenceNotFound)
	case pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case len(c.Data) != 2*blockSize:
		return applet.Status(iso7816.WrongData)
	}
	was, left := pin.Verified(), pin.Left()
	if sw := pin.Verify(c.Data[:blockSize]); sw != iso7816.OK {
		return applet.Status(sw)
	}
	if c.P2 == refPIN && !wellFormed(c.Data[blockSize:]) {
		pin.SetLeft(left)
		if !was {
			pin.Forget()
		}
		return applet.Status(iso7816.WrongData)
	}
	pin.Set(c.Data[blockSize:])
	a.fresh = c.P2 == refPIN
	return applet.Status(iso7816.OK)
}

// resetCounter is RESET RETRY COUNTER (SP 800-73-4 part 2 §3.2.3): PUK, new
// passcode. The passcode is not verified by it.
func (a *Applet) resetCounter(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 != 0x00:
		return applet.Status(iso7816.WrongP1P2)
	case c.P2 != refPIN:
		return applet.Status(iso7816.ReferenceNotFound)
	case a.puk.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case len(c.Data) != 2*blockSize:
		return applet.Status(iso7816.WrongData)
	}
	left := a.puk.Left()
	if sw := a.puk.Compare(c.Data[:blockSize]); sw != iso7816.OK {
		return applet.Status(sw)
	}
	if a.config.PUKStaysSpent {
		a.puk.SetLeft(left)
	}
	if !wellFormed(c.Data[blockSize:]) {
		return applet.Status(iso7816.WrongData)
	}
	a.pin.Set(c.Data[blockSize:])
	return applet.Status(iso7816.OK)
}

func (a *Applet) reference(p2 byte) (*applet.PIN, bool) {
	switch p2 {
	case refPIN:
		return a.pin, true
	case refPUK:
		return a.puk, true
	}
	return nil, false
}

// wellFormed reports whether b is a passcode as SP 800-73-4 part 2 §2.4.3 has
// it: 6 to 8 digits, filled with FF to 8 bytes.
func wellFormed(b []byte) bool {
	return len(b) == blockSize && applet.Padded(b, 6, func(x byte) bool { return x >= '0' && x <= '9' })
}
