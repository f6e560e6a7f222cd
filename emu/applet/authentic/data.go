package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// getData is GET DATA: the production life cycle data 9F7F and the policies of
// the credentials, 5F01 to 5F07.
func (a *Applet) getData(c iso7816.Command) iso7816.Response {
	if len(c.Data) != 0 {
		return applet.Status(iso7816.WrongLength)
	}
	switch {
	case c.P1 == 0x9F && c.P2 == 0x7F:
		return applet.Data(a.production())
	case c.P1 == 0x5F && a.selection.Selected():
		if p, ok := a.policy(c.P2); ok {
			return applet.Data(p)
		}
	}
	return applet.Status(iso7816.ReferenceNotFound)
}

// production is the CPLC (GlobalPlatform card specification, tag 9F7F): 42
// bytes, of which bytes 13 to 16 are the chip's serial number.
func (a *Applet) production() []byte {
	cplc := make([]byte, 42)
	copy(cplc, []byte{0x47, 0x90, 0x50, 0x74, 0x82, 0x11, 0x63, 0x33, 0x12, 0x00, 0x72, 0x33})
	copy(cplc[12:], a.config.Serial[:])
	return iso7816.Wrap(0x9F7F, cplc)
}

// getChallenge is GET CHALLENGE.
func (a *Applet) getChallenge(c iso7816.Command) iso7816.Response {
	return applet.Challenge(c, a.config.Rand)
}
