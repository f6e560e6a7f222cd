package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// verify is VERIFY (ISO/IEC 7816-4 §7.5.6). Only a value of the right length
// and filling spends a try. Asking for the status is always allowed.
func (a *Applet) verify(c iso7816.Command) iso7816.Response {
	pin, policy, sw := a.pin(c, 0x00)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case len(c.Data) == 0:
		return applet.Status(pin.Status())
	case !a.may(at(policy.Access, pinVerify)):
		return applet.Status(iso7816.SecurityStatus)
	case pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case len(c.Data) != policy.Max:
		return applet.Status(iso7816.WrongLength)
	case !policy.wellFormed(c.Data):
		return applet.Status(iso7816.WrongData)
	}
	return applet.Status(pin.Verify(c.Data))
}

// change is CHANGE REFERENCE DATA (ISO/IEC 7816-4 §7.5.7): P1 00 brings old and
// new, P1 01 only the new one. The policy's rule CHANGE must hold; where it
// names the credential itself, the old value in the command satisfies it. As with
// VERIFY only a value of the right filling spends a try.
func (a *Applet) change(c iso7816.Command) iso7816.Response {
	pin, policy, sw := a.pin(c, 0x00, 0x01)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	guard, fresh, shown := at(policy.Access, pinChange), c.Data, c.P1 == 0x00
	proves := shown && guard.credentials()&bit(c.P2) != 0
	switch {
	case pin.Left() == 0:
		return applet.Status(iso7816.MethodBlocked)
	case !proves && !a.may(guard):
		return applet.Status(iso7816.SecurityStatus)
	case len(c.Data) != policy.Max*(2-int(c.P1)):
		return applet.Status(iso7816.WrongLength)
	}
	if shown {
		old := c.Data[:policy.Max]
		fresh = c.Data[policy.Max:]
		if !policy.wellFormed(old) || !policy.wellFormed(fresh) {
			return applet.Status(iso7816.WrongData)
		}
		if sw := pin.Verify(old); sw != iso7816.OK {
			return applet.Status(sw)
		}
	}
	if !policy.wellFormed(fresh) {
		return applet.Status(iso7816.WrongData)
	}
	pin.Set(fresh)
	return applet.Status(iso7816.OK)
}

// resetCounter is RESET RETRY COUNTER (ISO/IEC 7816-4 §7.5.10) once the policy's
// rule RESET holds: P1 02 brings a new passcode, P1 03 keeps the old one.
func (a *Applet) resetCounter(c iso7816.Command) iso7816.Response {
	pin, policy, sw := a.pin(c, 0x02, 0x03)
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case !a.may(at(policy.Access, pinReset)):
		return applet.Status(iso7816.SecurityStatus)
	case c.P1 == 0x03 && len(c.Data) == 0:
		pin.Unblock()
		return applet.Status(iso7816.OK)
	case c.P1 == 0x03 || len(c.Data) != policy.Max:
		return applet.Status(iso7816.WrongLength)
	case !policy.wellFormed(c.Data):
		return applet.Status(iso7816.WrongData)
	}
	pin.Set(c.Data)
	return applet.Status(iso7816.OK)
}

// pin finds the passcode P2 names and its policy, or the status word against it
// or P1.
func (a *Applet) pin(c iso7816.Command, p1 ...byte) (*applet.PIN, Credential, iso7816.SW) {
	for _, ok := range p1 {
		if c.P1 != ok {
			continue
		}
		if p, found := a.pins[c.P2]; found {
			return p, a.config.Credentials[c.P2], iso7816.OK
		}
		return nil, Credential{}, iso7816.ReferenceNotFound
	}
	return nil, Credential{}, iso7816.WrongP1P2
}
