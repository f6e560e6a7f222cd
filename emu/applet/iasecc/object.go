package iasecc

import (
	"bytes"
	"crypto/rsa"
	"math/big"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// A secure data object is addressed by a three-byte tag: BF, its class with bit
// 80, its reference 01 to 1F. It has public data of its class and, in A0, what
// all have in common: name, counters, size, rules (the "DOCP").
const (
	classPasscode    = 0x01
	classPrivate     = 0x10
	classPublic      = 0x20
	classEnvironment = 0x7B

	template     = 0x70 // around every object
	common       = 0xA0
	dataPasscode = 0x7F41
	dataPrivate  = 0x7F48
	dataPublic   = 0x7F49
)

// object is one of a card's secure data objects.
type object struct {
	class, ref byte
	tag        uint32 // BF, class, reference
	pin        *applet.PIN
	least      int // shortest value of the passcode
	key        *rsa.PrivateKey
	rule       []byte
}

// getObject is GET DATA (ISO/IEC 7816-4 §7.4.2) of one part of an object: 4D
// with the template, the object and the wanted tag behind which 80 means all
// of it.
func (a *Applet) getObject(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x3F || c.P2 != 0xFF {
		return applet.Status(iso7816.WrongP1P2)
	}
	asked, rest, err := iso7816.ReadTLV(c.Data)
	if err != nil || asked.Tag != 0x4D || len(rest) != 0 {
		return applet.Status(iso7816.WrongData)
	}
	tag, wanted, ok := addressed(asked.Value)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	o, ok := a.object(tag)
	if !ok {
		return applet.Status(iso7816.ReferenceNotFound)
	}
	if sw := a.allow(o.rule, objectGet); sw != iso7816.OK {
		return applet.Status(sw)
	}
	data := o.part(wanted)
	if data == nil {
		return applet.Status(iso7816.ReferenceNotFound)
	}
	return applet.Data(iso7816.Wrap(template, iso7816.Wrap(tag, data)))
}

// addressed takes the object's tag and what is in it out of the template.
func addressed(b []byte) (tag uint32, data []byte, ok bool) {
	outer, rest, err := iso7816.ReadTLV(b)
	if err != nil || outer.Tag != template || len(rest) != 0 {
		return 0, nil, false
	}
	inner, rest, err := iso7816.ReadTLV(outer.Value)
	if err != nil || inner.Tag>>16 != 0xBF || len(rest) != 0 {
		return 0, nil, false
	}
	return inner.Tag, inner.Value, true
}

// object finds what a tag addresses in the current directory: global passcodes
// in the master file, the rest in the application.
func (a *Applet) object(tag uint32) (o object, found bool) {
	o = object{class: byte(tag>>8) &^ 0x80, ref: byte(tag), tag: tag, rule: rulePasscode}
	ref, top := o.ref, a.current == a.config.Master
	if !top {
		ref |= local
	}
	switch o.class {
	case classPasscode:
		o.pin, o.least = a.pins[ref], a.config.Passcodes[ref].Least
		return o, o.pin != nil
	case classPrivate, classPublic:
		o.key, o.rule = a.config.Keys[o.ref], a.keyRule(o.ref)
		return o, o.key != nil && !top
	case classEnvironment:
		_, known := environments[o.ref]
		return o, known && !top && a.config.EnvironmentsShown
	}
	return o, false
}

// keyRule is the rule of both halves of a key pair.
func (a *Applet) keyRule(ref byte) []byte {
	if a.config.MayDecipher[ref] {
		return ruleKey
	}
	return ruleSignKey
}

// part is the object's data for a header list of one tag and 80, or nil.
func (o object) part(wanted []byte) []byte {
	for _, p := range []struct {
		class byte
		tag   uint32
		data  func() []byte
	}{
		{classPasscode, dataPasscode, o.policy},
		{classPasscode, common, o.counters},
		{classPrivate, dataPrivate, func() []byte { return []byte{0x80, 1, 0x00} }},
		{classPrivate, common, o.about},
		{classPublic, dataPublic, func() []byte { return public(&o.key.PublicKey) }},
		{classPublic, common, o.about},
		{classEnvironment, classEnvironment, o.environment},
	} {
		if p.class == o.class && bytes.Equal(wanted, append(header(p.tag), 0x80)) {
			return iso7816.Wrap(p.tag, p.data())
		}
	}
	return nil
}

// header is a tag as bytes.
func header(tag uint32) []byte {
	b := iso7816.Wrap(tag)
	return b[:len(b)-1]
}

// policy is the longest and the shortest value of a passcode.
func (o object) policy() []byte {
	return []byte{0x80, 1, maxLength, 0x81, 1, byte(o.least)}
}

// counters are a passcode's tries, all and left, and its rules with contacts
// and without, laid out as cards of this maker have them.
func (o object) counters() []byte {
	return append(
		[]byte{0x9A, 1, byte(o.pin.Max()), 0x9B, 1, byte(o.pin.Left())},
		iso7816.Wrap(0xA1, iso7816.Wrap(0x8C, o.rule), iso7816.Wrap(0x9C, o.rule))...)
}

// about is a key's name, rules and size in bytes; 9E 00 says that it makes no
// qualified signatures.
func (o object) about() []byte {
	n := o.key.Size()
	return append(append(
		iso7816.Wrap(0x84, []byte{'K', 'E', 'Y', '0' + o.ref}),
		iso7816.Wrap(0xA1, iso7816.Wrap(0x8C, o.rule))...),
		0x80, 2, byte(n>>8), byte(n), 0x9E, 1, 0x00)
}

// public is a public key's modulus and exponent (ISO/IEC 7816-8 §5.3).
func public(k *rsa.PublicKey) []byte {
	return append(
		iso7816.Wrap(0x81, k.N.Bytes()),
		iso7816.Wrap(0x82, big.NewInt(int64(k.E)).Bytes())...)
}

// environment is the passcode that a security environment names: 95 08 says
// user authentication.
func (o object) environment() []byte {
	return iso7816.Wrap(0xA4, []byte{0x95, 1, 0x08, 0x83, 1, environments[o.ref]})
}
