// Package pkcs15 reads the directory files of a PKCS#15 application: where the
// keys, certificates and passcodes of a card are.
//
// Source: ISO/IEC 7816-15 (PKCS#15 v1.1) §6. Only what a driver here asks for
// is read; unknown fields are stepped over. Every function takes a whole file,
// whose unused tail may be 00 or FF, and never panics on malformed bytes:
// errors wrap iso7816.ErrTLV.
package pkcs15

import (
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Usage bits of a key, numbered as in PKCS#15 §6.3.2 KeyUsageFlags.
const (
	UsageDecrypt        = 1 << 1
	UsageSign           = 1 << 2
	UsageNonRepudiation = 1 << 9
)

// ODF is where the directory files are, each a path such as 3F00 5015 7001.
// Nil means that the card has none.
type ODF struct {
	PrivateKeys, Certificates, Authentication []byte
}

// Key is an entry of the private key directory.
type Key struct {
	ID        []byte
	AuthID    []byte // which passcode guards it
	Usage     uint   // Usage bits
	Reference int    // as the card wants it in commands, before masking
	Path      []byte
}

// Certificate is an entry of the certificate directory.
type Certificate struct {
	ID   []byte // equal to its key's
	Path []byte
}

// Passcode is a PIN entry of the authentication object directory.
type Passcode struct {
	AuthID    []byte
	Flags     uint // bit 6 unblocking, bit 7 security officer (§6.8.2)
	Reference int
	Path      []byte
}

// ForUser reports whether this is the everyday passcode, neither the one that
// unblocks nor the security officer's.
func (p Passcode) ForUser() bool { return p.Flags&(1<<6|1<<7) == 0 }

// Application finds the path of the PKCS#15 application in EF.DIR.
func Application(dir []byte) ([]byte, error) {
	list, err := iso7816.ParseTLVs(dir)
	if err != nil && len(list) == 0 {
		return nil, fmt.Errorf("EF.DIR: %w", err)
	}
	for _, t := range list {
		aid, _ := iso7816.Find(t.Value, 0x4F)
		path, ok := iso7816.Find(t.Value, 0x51)
		if t.Tag == 0x61 && string(aid) == "\xA0\x00\x00\x00cPKCS-15" && ok && validPath(path) {
			return path, nil
		}
	}
	return nil, fmt.Errorf("%w: EF.DIR names no PKCS#15 application", iso7816.ErrTLV)
}

// ParseODF reads the object directory file (§6.2).
func ParseODF(file []byte) (ODF, error) {
	var odf ODF
	list, err := iso7816.ParseTLVs(file)
	if err != nil && len(list) == 0 {
		return odf, fmt.Errorf("ODF: %w", err)
	}
	for _, t := range list {
		path, ok := iso7816.Find(t.Value, 0x30, 0x04)
		if !ok || !validPath(path) {
			continue
		}
		switch t.Tag {
		case 0xA0:
			odf.PrivateKeys = path
		case 0xA4:
			odf.Certificates = path
		case 0xA8:
			odf.Authentication = path
		}
	}
	return odf, nil
}

// validPath holds for one to four file identifiers.
func validPath(p []byte) bool { return len(p) >= 2 && len(p) <= 8 && len(p)%2 == 0 }
