package piv

import (
	"crypto/ecdsa"
	"crypto/rsa"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The parts of a dynamic authentication template (SP 800-73-4 part 2 table 7).
const (
	tagWitness   = 0x80
	tagChallenge = 0x81 // also what is to be signed or deciphered
	tagResponse  = 0x82
	tagPoint     = 0x85 // the other side's public key of an agreement
)

// generalAuthenticate is GENERAL AUTHENTICATE (SP 800-73-4 part 2 §3.2.4). With
// an RSA key it raises a block that the host has padded to the private
// exponent; with a curve's it signs a digest or agrees on a secret.
func (a *Applet) generalAuthenticate(c iso7816.Command) iso7816.Response {
	if c.P2 == keyAdministration {
		return a.administrate(c)
	}
	key, ok := a.config.Keys[c.P2]
	if !ok || algorithmOf(key) != c.P1 {
		return applet.Status(iso7816.WrongP1P2)
	}
	if !a.authorised(c.P2) {
		return applet.Status(iso7816.SecurityStatus)
	}
	t, ok := template(c.Data, 0x7C)
	if asked, has := t[tagResponse]; !ok || !has || len(asked) != 0 {
		return applet.Status(iso7816.WrongData)
	}
	out, err := a.use(c.P2, t)
	if err != nil {
		return applet.Status(iso7816.WrongData)
	}
	return applet.Data(iso7816.Wrap(0x7C, iso7816.Wrap(tagResponse, out)))
}

// use runs a private key on what the template holds. The error is
// applet.ErrInput.
func (a *Applet) use(ref byte, t map[uint32][]byte) ([]byte, error) {
	block, signs := t[tagChallenge]
	point, makes := t[tagPoint]
	if signs == makes || (makes && !agrees(ref)) {
		return nil, applet.ErrInput
	}
	flip := a.config.Quirks.WrongSignature
	switch k := a.config.Keys[ref].(type) {
	case *rsa.PrivateKey:
		return applet.Key{Private: k, Flip: flip}.Raw(block)
	case *ecdsa.PrivateKey:
		if makes {
			return applet.CurveKey{Private: k}.Agree(point)
		}
		return applet.CurveKey{Private: k, Flip: flip}.Sign(block)
	}
	return nil, applet.ErrInput
}

// authorised is the access rule of a key (SP 800-73-4 part 1 table 4): 9E works
// always, 9C wants the passcode right before every use, the others want it once
// in the session.
func (a *Applet) authorised(key byte) bool {
	q := a.config.Quirks
	switch {
	case key == keyCard || q.SignWithoutPasscode:
		return true
	case key == keyCommitment && !a.config.LenientCommit && !q.CommitmentNotAlways:
		return a.pin.Verified() && a.wasFresh
	}
	return a.pin.Verified()
}

// template takes the parts out of one object with this tag and nothing after
// it, in any order. It is not well-formed where ok is false.
func template(data []byte, tag uint32) (parts map[uint32][]byte, ok bool) {
	outer, rest, err := iso7816.ReadTLV(data)
	if err != nil || outer.Tag != tag || len(rest) != 0 {
		return nil, false
	}
	list, err := iso7816.ParseTLVs(outer.Value)
	if err != nil {
		return nil, false
	}
	parts = map[uint32][]byte{}
	for _, t := range list {
		parts[t.Tag] = t.Value
	}
	return parts, true
}
