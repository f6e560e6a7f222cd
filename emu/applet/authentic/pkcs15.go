package authentic

import (
	"crypto/rsa"
	"crypto/sha256"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// References of an identity's two keys on the wire, and their PKCS#15 IDs.
const (
	keyAuthentication = 0x01
	keyCommitment     = 0x02
	idAuthentication  = 0x45
	idCommitment      = 0x46
)

// Keys are an identity's private keys by key reference. The passcode guards all
// their uses; the content-commitment key has fewer.
func Keys(id testpki.Identity) map[byte]*Key {
	pin := after(refUser)
	key := func(k *rsa.PrivateKey, decipher, authenticate rule) *Key {
		return &Key{Bits: k.N.BitLen(), Private: k, Access: rules(pin, pin, decipher, pin, authenticate, pin)}
	}
	return map[byte]*Key{
		keyAuthentication: key(id.Authentication.Key, pin, pin),
		keyCommitment:     key(id.ContentCommitment.Key, never, never),
	}
}

// Serial is the same number each time a holder's card is made.
func Serial(h testpki.Holder) [4]byte {
	sum := sha256.Sum256([]byte(h.UUID))
	return [4]byte(sum[:4])
}

// Files is the file tree of a card made for an identity: EF.DIR and a PKCS#15
// directory (ISO/IEC 7816-15) with both certificates. Two fixed passcode
// objects name the user passcode and its PUK. Everyone reads; the passcode
// allows all else.
func Files(id testpki.Identity) *applet.File {
	auth, commit := id.Authentication.Certificate.Raw, id.ContentCommitment.Certificate.Raw
	serial := Serial(id.Holder)
	return guarded(applet.Directory(masterFile, aid,
		applet.Transparent(0x2F00, 128, directory()),
		applet.Directory(0x5015, nil,
			applet.Transparent(0x5031, 128, objectDirectory()),
			applet.Transparent(0x5032, 256, tokenInfo(serial[:])),
			applet.Transparent(0x7001, 300, passcodes()),
			applet.Transparent(0x7002, 1024, privateKeys()),
			applet.Transparent(0x7004, 512, nil),
			applet.Transparent(0x7005, 1024, certificates()),
			applet.Transparent(0x7006, 512, nil),
			applet.Transparent(0x3401, 0, auth),
			applet.Transparent(0x3402, 0, commit),
		)))
}

// guarded gives a tree the access rules of the recorded card.
func guarded(f *applet.File) *applet.File {
	pin := after(refUser)
	f.Access = rules(always, pin, pin, pin)
	if f.Dir {
		f.Access = rules(pin, pin, pin)
	}
	for _, c := range f.Children {
		guarded(c)
	}
	return f
}

// ISO/IEC 7816-15 as DER. The letters of ASN.1 are kept short here.
var wrap = iso7816.Wrap

func seq(parts ...[]byte) []byte { return wrap(0x30, parts...) }
func utf8(s string) []byte       { return wrap(0x0C, []byte(s)) }
func octets(b ...byte) []byte    { return wrap(0x04, b) }
func bits(b ...byte) []byte      { return wrap(0x03, b) } // first byte: unused bits
func integer(b ...byte) []byte   { return wrap(0x02, b) }
func path(b ...byte) []byte      { return octets(append([]byte{0x3F, 0x00, 0x50, 0x15}, b...)...) }
func label(s string, flags []byte, rest ...[]byte) []byte {
	return seq(append([][]byte{utf8(s), flags}, rest...)...)
}

// directory is EF.DIR: the PKCS#15 application and where it is.
func directory() []byte {
	return wrap(0x61,
		wrap(0x4F, append([]byte{0xA0, 0x00, 0x00, 0x00, 0x63}, "PKCS-15"...)),
		wrap(0x50, []byte("AuthentIC")),
		wrap(0x51, []byte{0x3F, 0x00, 0x50, 0x15}))
}

// objectDirectory is EF.ODF: passcodes, private keys, public keys,
// certificates, data objects.
func objectDirectory() []byte {
	var out []byte
	for _, d := range [][2]byte{{0xA8, 0x01}, {0xA0, 0x02}, {0xA1, 0x04}, {0xA4, 0x05}, {0xA7, 0x06}} {
		out = append(out, wrap(uint32(d[0]), seq(path(0x70, d[1])))...)
	}
	return out
}

// tokenInfo is EF.TokenInfo: serial number, manufacturer, label, flags
// authentication required and card generates random numbers.
func tokenInfo(serial []byte) []byte {
	return seq(integer(0), octets(serial...), utf8("Oberthur Technologies"), wrap(0x80, []byte("NHS series8 proto")), bits(5, 0x60))
}

// passcodes is EF.AODF: both case-sensitive and initialised ASCII, 4 to 8
// characters filled with FF; the PUK unblocks the passcode.
func passcodes() []byte {
	private := bits(6, 0xC0)
	user := seq(
		label("User PIN", private, octets(refPUK)),
		seq(octets(refUser)),
		wrap(0xA1, attributes(bits(2, 0xCC), refUser)))
	puk := seq(
		label("PUK", private),
		seq(octets(refPUK)),
		wrap(0xA1, attributes(bits(1, 0x4E), refPUK)))
	return append(user, puk...)
}

func attributes(flags []byte, ref byte) []byte {
	return seq(flags, wrap(0x0A, []byte{1}), integer(minLength), integer(maxLength), integer(maxLength),
		wrap(0x80, []byte{ref}), octets(0xFF), seq(path()))
}

// privateKeys is EF.PrKDF: the authentication key decrypts, signs and unwraps,
// the other signs and commits. Both want passcode 1.
func privateKeys() []byte {
	key := func(name string, id byte, usage []byte, ref byte) []byte {
		return seq(
			label(name, bits(6, 0xC0), octets(refUser)),
			seq(octets(id), usage, bits(4, 0xB0), integer(0x00, 0x80|ref)),
			wrap(0xA1, seq(seq(path()), integer(0x08, 0x00))))
	}
	return append(
		key("Auth key", idAuthentication, bits(2, 0x64), keyAuthentication),
		key("Sign key", idCommitment, bits(6, 0x20, 0x40), keyCommitment)...)
}

// certificates is EF.CDF.
func certificates() []byte {
	certificate := func(name string, id, file byte) []byte {
		return seq(label(name, bits(0)), seq(octets(id)), wrap(0xA1, seq(seq(path(0x34, file)))))
	}
	return append(
		certificate("Auth cert", idAuthentication, 0x01),
		certificate("Sign cert", idCommitment, 0x02)...)
}
