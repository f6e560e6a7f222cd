package pkcs15

import (
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// maxEntries bounds a directory: no health worker's card comes near.
const maxEntries = 64

// entry is one object: common attributes, class attributes, type attributes.
type entry struct{ common, class, kind []iso7816.TLV }

// entries reads a directory file's objects. A file whose first object is
// malformed is an error; a malformed tail is ignored.
func entries(name string, file []byte) ([]entry, error) {
	list, err := iso7816.ParseTLVs(file)
	if err != nil && len(list) == 0 {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(list) > maxEntries {
		return nil, fmt.Errorf("%w: %s has %d entries", iso7816.ErrTLV, name, len(list))
	}
	var out []entry
	for _, t := range list {
		if t.Tag == 0x30 {
			out = append(out, split(t.Value))
		}
	}
	return out, nil
}

// split sorts the parts of a PKCS#15 object: the first two SEQUENCEs are common
// and class attributes, [1] holds the type attributes in one SEQUENCE.
func split(object []byte) entry {
	var e entry
	parts, _ := iso7816.ParseTLVs(object)
	sequences := 0
	for _, p := range parts {
		inner, _ := iso7816.ParseTLVs(p.Value)
		switch {
		case p.Tag == 0x30 && sequences == 0:
			e.common, sequences = inner, 1
		case p.Tag == 0x30 && sequences == 1:
			e.class, sequences = inner, 2
		case p.Tag == 0xA1 && len(inner) > 0:
			e.kind, _ = iso7816.ParseTLVs(inner[0].Value)
		}
	}
	return e
}

// first is the value of the first object with tag, or nil.
func first(list []iso7816.TLV, tag uint32) []byte {
	for _, t := range list {
		if t.Tag == tag {
			return t.Value
		}
	}
	return nil
}

// number reads a non-negative DER INTEGER of up to four bytes; -1 otherwise.
func number(b []byte) int {
	if len(b) == 0 || len(b) > 4 {
		return -1
	}
	n := 0
	for _, x := range b {
		n = n<<8 | int(x)
	}
	return n
}

// bits reads a BIT STRING as a set, bit 0 the first written.
func bits(b []byte) uint {
	var set uint
	for i := 0; i+1 < len(b) && i < 4; i++ {
		for j := range 8 {
			if b[i+1]&(0x80>>j) != 0 {
				set |= 1 << (8*i + j)
			}
		}
	}
	return set
}

// path is the file a SEQUENCE { OCTET STRING … } among list points to.
func path(list []iso7816.TLV) []byte {
	p, _ := iso7816.Find(first(list, 0x30), 0x04)
	if !validPath(p) {
		return nil
	}
	return p
}

// ParseKeys reads the private key directory file (§6.3).
func ParseKeys(file []byte) ([]Key, error) {
	list, err := entries("PrKDF", file)
	var out []Key
	for _, e := range list {
		k := Key{ID: first(e.class, 0x04), AuthID: first(e.common, 0x04), Reference: number(first(e.class, 0x02)), Path: path(e.kind)}
		k.Usage = bits(first(e.class, 0x03))
		if len(k.ID) > 0 && k.Reference >= 0 {
			out = append(out, k)
		}
	}
	return out, err
}

// ParseCertificates reads the certificate directory file (§6.6).
func ParseCertificates(file []byte) ([]Certificate, error) {
	list, err := entries("CDF", file)
	var out []Certificate
	for _, e := range list {
		c := Certificate{ID: first(e.class, 0x04), Path: path(e.kind)}
		if len(c.ID) > 0 && c.Path != nil {
			out = append(out, c)
		}
	}
	return out, err
}

// ParsePasscodes reads the PIN entries of the authentication object directory
// file (§6.8).
func ParsePasscodes(file []byte) ([]Passcode, error) {
	list, err := entries("AODF", file)
	var out []Passcode
	for _, e := range list {
		p := Passcode{AuthID: first(e.class, 0x04), Flags: bits(first(e.kind, 0x03)), Reference: number(first(e.kind, 0x80)), Path: path(e.kind)}
		if p.Reference >= 0 {
			out = append(out, p)
		}
	}
	return out, err
}
