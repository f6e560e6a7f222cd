package piv

import (
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

const (
	algorithm3DES    = 0x03 // SP 800-78-4 table 6-2; 00 means the same
	algorithmRSA2048 = 0x07
	keyManagement    = 0x9B
	keyCommitment    = 0x9C
)

// generalAuthenticate is GENERAL AUTHENTICATE with an RSA key (SP 800-73-4 part
// 2 §3.2.4): a block already padded by the host, raised to the private exponent.
func (a *Applet) generalAuthenticate(c iso7816.Command) iso7816.Response {
	if c.P2 == keyManagement && (c.P1 == 0x00 || c.P1 == algorithm3DES) {
		return a.manage(c)
	}
	private, ok := a.config.Keys[c.P2]
	if !ok || c.P1 != algorithmRSA2048 {
		return applet.Status(iso7816.WrongP1P2)
	}
	if !a.authorised(c.P2) {
		return applet.Status(iso7816.SecurityStatus)
	}
	block, ok := challenge(c.Data)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	out, err := applet.Key{Private: private, Flip: a.config.Quirks.WrongSignature}.Raw(block)
	if err != nil {
		return applet.Status(iso7816.WrongData)
	}
	return applet.Data(iso7816.Wrap(0x7C, iso7816.Wrap(0x82, out)))
}

// manage is the card management key. The card hands out the challenge of an
// external authentication, which OpenSC uses as random numbers, and takes no
// answer to it for right: nobody knows this key.
func (a *Applet) manage(c iso7816.Command) iso7816.Response {
	template, ok := iso7816.Find(c.Data, 0x7C)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	if _, answers := iso7816.Find(template, 0x82); answers {
		return applet.Status(iso7816.SecurityStatus)
	}
	if asked, ok := iso7816.Find(template, 0x81); !ok || len(asked) != 0 {
		return applet.Status(iso7816.WrongData)
	}
	random := make([]byte, 8)
	if _, err := io.ReadFull(a.config.Rand, random); err != nil {
		return applet.Status(iso7816.NoDiagnosis)
	}
	return applet.Data(iso7816.Wrap(0x7C, iso7816.Wrap(0x81, random)))
}

// authorised is the access rule of a key: 9C wants the VERIFY right before
// every use, the others want one in the session.
func (a *Applet) authorised(key byte) bool {
	q := a.config.Quirks
	switch {
	case q.SignWithoutPasscode:
		return true
	case key == keyCommitment && !a.config.LenientCommit && !q.CommitmentNotAlways:
		return a.pin.Verified() && a.wasFresh
	}
	return a.pin.Verified()
}

// challenge takes the block out of 7C{82 empty, 81 block}, in either order.
func challenge(data []byte) ([]byte, bool) {
	outer, rest, err := iso7816.ReadTLV(data)
	if err != nil || outer.Tag != 0x7C || len(rest) != 0 {
		return nil, false
	}
	list, err := iso7816.ParseTLVs(outer.Value)
	if err != nil {
		return nil, false
	}
	var block []byte
	asked := false
	for _, t := range list {
		switch t.Tag {
		case 0x81:
			block = t.Value
		case 0x82:
			asked = len(t.Value) == 0
		}
	}
	return block, asked && len(block) > 0
}
