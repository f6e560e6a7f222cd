package iasecc

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// keyBits is the size of every key; exponent the only public one.
const keyBits = 2048

var exponent = []byte{0x01, 0x00, 0x01}

// putObject is PUT DATA (ISO/IEC 7816-4 §7.4.3) of the public exponent, with
// which hosts prepare a key for generate. Nothing else of an object can be
// written: keys are made on the card, passcodes changed by their own commands.
func (a *Applet) putObject(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x3F || c.P2 != 0xFF {
		return applet.Status(iso7816.WrongP1P2)
	}
	tag, data, ok := addressed(c.Data)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	o, ok := a.object(tag)
	if !ok {
		return applet.Status(iso7816.ReferenceNotFound)
	}
	if sw := a.allow(o.rule, objectPut); sw != iso7816.OK {
		return applet.Status(sw)
	}
	if o.class != classPublic {
		return applet.Status(iso7816.FunctionMissing)
	}
	if !bytes.Equal(data, iso7816.Wrap(dataPublic, iso7816.Wrap(0x82, exponent))) {
		return applet.Status(iso7816.WrongData)
	}
	return applet.Status(iso7816.OK)
}

// generate is GENERATE ASYMMETRIC KEY PAIR (ISO/IEC 7816-8 §5.1) in the place
// of a key: the template with the private key's tag alone. It answers the new
// public key.
func (a *Applet) generate(c iso7816.Command) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	if len(c.Data) != 5 || !bytes.HasPrefix(c.Data, []byte{template, 3, 0xBF, 0x80 | classPrivate}) {
		return applet.Status(iso7816.WrongData)
	}
	o, ok := a.object(0xBF0000 | uint32(0x80|classPrivate)<<8 | uint32(c.Data[4]))
	if !ok {
		return applet.Status(iso7816.ReferenceNotFound)
	}
	if sw := a.allow(o.rule, keyGenerate); sw != iso7816.OK {
		return applet.Status(sw)
	}
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return applet.Status(iso7816.NoDiagnosis)
	}
	a.config.Keys[o.ref] = key
	a.config.Memory.Change()
	return applet.Data(iso7816.Wrap(dataPublic, public(&key.PublicKey)))
}

// getChallenge is GET CHALLENGE.
func (a *Applet) getChallenge(c iso7816.Command) iso7816.Response {
	return applet.Challenge(c, a.config.Rand)
}
