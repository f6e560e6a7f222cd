package iasecc

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// References of an identity's two keys as secure data objects, and their
// PKCS#15 IDs.
const (
	keyAuthentication = 0x01
	keyCommitment     = 0x02
	idAuthentication  = 0x45
	idCommitment      = 0x46
)

// Shortest values of the passcodes.
const (
	leastUser = 4
	leastPUK  = 8
)

// Passcodes are the user passcode and its PUK, both global.
func Passcodes(user []byte, tries int, puk []byte, pukTries int) map[byte]Passcode {
	return map[byte]Passcode{
		refUser: {Value: user, Least: leastUser, Tries: tries},
		refPUK:  {Value: puk, Least: leastPUK, Tries: pukTries},
	}
}

// Keys are an identity's private keys by SDO reference.
func Keys(id testpki.Identity) map[byte]*rsa.PrivateKey {
	return map[byte]*rsa.PrivateKey{
		keyAuthentication: id.Authentication.Key,
		keyCommitment:     id.ContentCommitment.Key,
	}
}

// MayDecipher are the keys whose PKCS#15 usage says decrypt.
func MayDecipher() map[byte]bool { return map[byte]bool{keyAuthentication: true} }

// serial is the same number each time a holder's card is made: two digits and
// twelve, two to a byte.
func serial(h testpki.Holder) []byte {
	sum := sha256.Sum256([]byte(h.UUID))
	digits := fmt.Sprintf("%014d", binary.BigEndian.Uint64(sum[:])%1e12)
	b, _ := hex.DecodeString(digits) // digits are hexadecimal
	return b
}

// Files is the file tree of a card made for an identity: in the master file
// EF.ATR, EF.DIR and EF.SN with their short identifiers, in the application a
// PKCS#15 directory (ISO/IEC 7816-15) with both certificates. All can be read,
// and written after the user passcode.
func Files(id testpki.Identity) *applet.File {
	n := serial(id.Holder)
	file := func(number uint16, size int, short byte, data []byte) *applet.File {
		f := applet.Transparent(number, size, data)
		f.SFI, f.Access = short, ruleFile
		return f
	}
	application := applet.Directory(0x5000, applicationAID,
		file(0x5031, 96, 0, objectDirectory()),
		file(0x5032, 512, 0, tokenInfo(n)),
		file(0x7001, 300, 0, passcodes()),
		file(0x7002, 1024, 0, privateKeys()),
		file(0x7004, 1024, 0, publicKeys()),
		file(0x7005, 1024, 0, certificates()),
		file(0x3401, 0, 0, id.Authentication.Certificate.Raw),
		file(0x3402, 0, 0, id.ContentCommitment.Certificate.Raw))
	master := applet.Directory(masterFile, rootAID,
		file(0x2F00, 128, 0x1E, directory()),
		file(0x2F01, 64, 0x1D, answerToReset()),
		file(0xD003, 12, 0x1C, serialNumber(n)),
		application)
	application.Access, master.Access = ruleDirectory, ruleDirectory
	return master
}

// ISO/IEC 7816-15 as DER. The letters of ASN.1 are kept short here.
var wrap = iso7816.Wrap

func seq(parts ...[]byte) []byte { return wrap(0x30, parts...) }
func utf8(s string) []byte       { return wrap(0x0C, []byte(s)) }
func octets(b ...byte) []byte    { return wrap(0x04, b) }
func bits(b ...byte) []byte      { return wrap(0x03, b) } // first byte: unused bits
func integer(b ...byte) []byte   { return wrap(0x02, b) }
func label(s string, flags []byte, rest ...[]byte) []byte {
	return seq(append([][]byte{utf8(s), flags}, rest...)...)
}

// answerToReset is EF.ATR: card services, pre-issuing data, capabilities, the
// root application, the lengths of commands and answers (without and with
// secure messaging), the specification's object identifier, status.
func answerToReset() []byte {
	var out []byte
	for _, part := range [][]byte{
		wrap(0x43, []byte{0xB8}),
		wrap(0x46, []byte{0x04, 0x01, 0x81, 0x01}),
		wrap(0x47, []byte{0x94, 0x01, 0x80}),
		wrap(0x4F, rootAID),
		wrap(0xE0, integer(0x01, 0x04), integer(0x00, 0xEC), integer(0x01, 0x00), integer(0x00, 0xE6)),
		wrap(0x78, wrap(0x06, []byte{0x2B, 0x81, 0x22, 0xF8, 0x78, 0x02})),
		wrap(0x82, []byte{0x90, 0x00}),
	} {
		out = append(out, part...)
	}
	return out
}

// serialNumber is EF.SN: a number like that of a bank card, filled with F.
func serialNumber(n []byte) []byte {
	return wrap(0x5A, []byte{0x80, 0x25}, n, []byte{0x0F})
}

// directory is EF.DIR: the application and its name.
func directory() []byte {
	return wrap(0x61, wrap(0x4F, applicationAID), wrap(0x50, []byte("OT AWP")))
}

// objectDirectory is EF.ODF: passcodes, private keys, public keys,
// certificates.
func objectDirectory() []byte {
	var out []byte
	for _, d := range [][2]byte{{0xA8, 0x01}, {0xA0, 0x02}, {0xA1, 0x04}, {0xA4, 0x05}} {
		out = append(out, wrap(uint32(d[0]), seq(octets(0x70, d[1])))...)
	}
	return out
}
