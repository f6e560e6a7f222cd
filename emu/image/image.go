// Package image keeps a card in a file, so that it is the same card after the
// program has ended.
//
// # The file
//
// All numbers are big-endian. The file begins with the eight bytes "SCCCARD\n"
// and the version, two bytes, 0001. Records follow, sorted by name without a
// repetition:
//
//	length of the name   2 bytes, 1 to 255
//	length of the value  4 bytes
//	name                 printable ASCII
//	value
//	CRC-32C (RFC 9260 appendix A) of the record so far, 4 bytes
//
// The record "about" is the Header as JSON. The others are the cells of three
// states, by prefix: "born/" is the card as it was made, "issued/" what it was
// made from, "now/" the card as it is. The closing record has no name; its value
// is the number of records before it, 4 bytes, and the SHA-256 of the file
// before it. Nothing follows. Equal cards make equal files.
//
// A file with any flaw is refused with an Error that says at which byte what is
// wrong; it is never repaired. Passcodes and keys are in the file in clear: these
// are toy cards, and the file is readable by its owner only.
package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Bounds of an image; a card of ours is about 20 KB.
const (
	MaxFile    = 8 << 20
	maxName    = 255
	maxRecords = 1 << 14
)

const (
	magic   = "SCCCARD\n"
	version = 1
	about   = "about"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrImage is wrapped by every error about what is in an image.
var ErrImage = errors.New("image: not a whole card")

// Error is a flaw of an image. It wraps ErrImage.
type Error struct {
	Offset int    // of the first byte of what is wrong
	What   string // is wrong there
}

// Error names byte and flaw.
func (e *Error) Error() string { return fmt.Sprintf("%v: byte %d: %s", ErrImage, e.Offset, e.What) }

// Unwrap is ErrImage.
func (e *Error) Unwrap() error { return ErrImage }

// Header says which card this is.
type Header struct {
	Profile     string           `json:"profile"`
	Personality string           `json:"personality"`
	Protocol    iso7816.Protocol `json:"protocol"`
	Holder      Holder           `json:"holder"`
	Created     time.Time        `json:"created"`
}

// Holder is whose card it is.
type Holder struct {
	Index int    `json:"index"` // chooses published keys, see testpki.Holder
	UUID  string `json:"uuid"`
	First string `json:"first"`
	Last  string `json:"last"`
}

// Image is a card.
type Image struct {
	Header
	Born   applet.State // as it was made
	Issued applet.State // what it was made from; the cells are those of package emu
	Now    applet.State // as it is

	offsets map[string]int
}

// states are the three by the prefix of their records.
func (i *Image) states() map[string]*applet.State {
	return map[string]*applet.State{"born/": &i.Born, "issued/": &i.Issued, "now/": &i.Now}
}

// Flaw is an Error at the record of this name, for what only the applet can see.
func (i Image) Flaw(record, format string, args ...any) error {
	return &Error{i.offsets[record], fmt.Sprintf(format, args...)}
}

// Encode is the file of a card. It fails where the card is beyond the bounds.
func (i Image) Encode() ([]byte, error) {
	i.Created = i.Created.UTC()
	header, err := json.Marshal(i.Header)
	if err != nil {
		return nil, err
	}
	records := map[string][]byte{about: header}
	for prefix, state := range i.states() {
		for name, cell := range *state {
			records[prefix+name] = cell
		}
	}
	out := binary.BigEndian.AppendUint16([]byte(magic), version)
	for _, name := range slices.Sorted(maps.Keys(records)) {
		if !named(name) {
			return nil, fmt.Errorf("%w: a record cannot be called %q", ErrImage, name)
		}
		out = record(out, name, records[name])
	}
	sum := sha256.Sum256(out)
	out = record(out, "", append(binary.BigEndian.AppendUint32(nil, uint32(len(records))), sum[:]...))
	if len(out) > MaxFile || len(records) > maxRecords {
		return nil, fmt.Errorf("%w: %d bytes in %d records are more than %d or %d", ErrImage, len(out), len(records), MaxFile, maxRecords)
	}
	return out, nil
}

// record appends one.
func record(out []byte, name string, value []byte) []byte {
	start := len(out)
	out = binary.BigEndian.AppendUint16(out, uint16(len(name)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(value)))
	out = append(append(out, name...), value...)
	return binary.BigEndian.AppendUint32(out, crc32.Checksum(out[start:], castagnoli))
}

func named(name string) bool {
	return len(name) > 0 && len(name) <= maxName && !strings.ContainsFunc(name, func(r rune) bool { return r < 0x21 || r > 0x7E })
}

// header reads the record "about".
func (i *Image) header(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&i.Header); err != nil {
		return err
	}
	again, err := json.Marshal(i.Header)
	if err != nil || !bytes.Equal(raw, again) {
		return errors.New("not written the way it is written here")
	}
	return nil
}
