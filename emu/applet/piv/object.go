package piv

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Tags of the data objects (SP 800-73-4 part 1 table 3).
const (
	TagCHUID       = 0x5FC102
	TagCCC         = 0x5FC107
	TagDiscovery   = 0x7E
	TagCertificate = 0x5FC105 // of key 9A
	TagSignature   = 0x5FC10A // certificate of key 9C
	TagPrinted     = 0x5FC109
)

// guarded are the tags that want the passcode first. They answer 6982 whether
// or not they exist: OpenSC learns from it if the passcode was verified.
var guarded = map[uint32]bool{
	0x5FC103:   true, // fingerprints
	0x5FC108:   true, // facial image
	TagPrinted: true,
	0x5FC121:   true, // iris
	0x5FC123:   true, // pairing code
}

// getData is GET DATA (SP 800-73-4 part 2 §3.1.2).
func (a *Applet) getData(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x3F || c.P2 != 0xFF {
		return applet.Status(iso7816.WrongP1P2)
	}
	t, rest, err := iso7816.ReadTLV(c.Data)
	if err != nil || t.Tag != 0x5C || len(rest) != 0 || len(t.Value) == 0 || len(t.Value) > 3 {
		return applet.Status(iso7816.WrongData)
	}
	var tag uint32
	for _, b := range t.Value {
		tag = tag<<8 | uint32(b)
	}
	if guarded[tag] && !a.pin.Verified() {
		return applet.Status(iso7816.SecurityStatus)
	}
	object, ok := a.config.Objects[tag]
	if !ok {
		return applet.Status(iso7816.FileNotFound)
	}
	return applet.Data(object)
}
