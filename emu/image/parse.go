package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Parse reads a whole file. Errors wrap ErrImage and are of type *Error.
func Parse(raw []byte) (Image, error) {
	p := parser{raw: raw}
	i, err := p.parse()
	if err != nil {
		return Image{}, err
	}
	return i, nil
}

// parser goes through a file once.
type parser struct {
	raw  []byte
	at   int
	last string
	n    uint32
}

func flaw(at int, format string, args ...any) *Error {
	return &Error{at, fmt.Sprintf(format, args...)}
}

func (p *parser) parse() (Image, error) {
	i := Image{Born: applet.State{}, Issued: applet.State{}, Now: applet.State{}, offsets: map[string]int{}}
	if len(p.raw) > MaxFile {
		return i, flaw(MaxFile, "the file is longer than %d bytes", MaxFile)
	}
	if !bytes.HasPrefix(p.raw, []byte(magic)) {
		return i, flaw(0, "the file does not begin with %q", magic)
	}
	p.at = len(magic)
	if len(p.raw) < p.at+2 {
		return i, flaw(len(p.raw), "the file ends in the version")
	}
	if v := binary.BigEndian.Uint16(p.raw[p.at:]); v != version {
		return i, flaw(p.at, "version %d, this program knows only %d", v, version)
	}
	p.at += 2
	for {
		start := p.at
		name, value, err := p.record()
		if err != nil {
			return i, err
		}
		if name == "" {
			return i, p.closing(start, value, i)
		}
		i.offsets[name] = start
		if err := i.keep(start, name, value); err != nil {
			return i, err
		}
	}
}

// record reads one and checks its name and checksum.
func (p *parser) record() (string, []byte, error) {
	start := p.at
	if len(p.raw)-p.at < 6 {
		return "", nil, flaw(len(p.raw), "the file ends within a record or without the closing one")
	}
	nameLen := int(binary.BigEndian.Uint16(p.raw[p.at:]))
	valueLen := int(binary.BigEndian.Uint32(p.raw[p.at+2:]))
	p.at += 6
	if nameLen > maxName || valueLen > MaxFile {
		return "", nil, flaw(start, "a record with a name of %d and a value of %d bytes", nameLen, valueLen)
	}
	if len(p.raw)-p.at < nameLen+valueLen+4 {
		return "", nil, flaw(start, "the record is %d bytes and the file ends before them", 6+nameLen+valueLen+4)
	}
	name := string(p.raw[p.at : p.at+nameLen])
	value := p.raw[p.at+nameLen : p.at+nameLen+valueLen]
	p.at += nameLen + valueLen
	if crc32.Checksum(p.raw[start:p.at], castagnoli) != binary.BigEndian.Uint32(p.raw[p.at:]) {
		return "", nil, flaw(start, "the record's checksum is wrong")
	}
	p.at += 4
	if name == "" {
		return name, value, nil
	}
	if !named(name) {
		return "", nil, flaw(start+6, "the name %q", name)
	}
	if name <= p.last {
		return "", nil, flaw(start+6, "%s comes after %s", name, p.last)
	}
	if p.n++; p.n > maxRecords {
		return "", nil, flaw(start, "more than %d records", maxRecords)
	}
	p.last = name
	return name, value, nil
}

// keep puts a record where it belongs.
func (i *Image) keep(start int, name string, value []byte) error {
	if name == about {
		if err := i.header(value); err != nil {
			return flaw(start+6+len(name), "the header: %v", err)
		}
		return nil
	}
	for prefix, state := range i.states() {
		if cell, ok := strings.CutPrefix(name, prefix); ok && cell != "" {
			(*state)[cell] = bytes.Clone(value)
			return nil
		}
	}
	return flaw(start+6, "there is no record %q", name)
}

// closing checks the last record.
func (p *parser) closing(start int, value []byte, i Image) error {
	sum := sha256.Sum256(p.raw[:start])
	switch {
	case len(value) != 4+sha256.Size:
		return flaw(start, "the closing record is %d bytes", len(value))
	case binary.BigEndian.Uint32(value) != p.n:
		return flaw(start+6, "it says %d records, there are %d", binary.BigEndian.Uint32(value), p.n)
	case !bytes.Equal(value[4:], sum[:]):
		return flaw(start+10, "the SHA-256 of the file is wrong")
	case p.at != len(p.raw):
		return flaw(p.at, "%d bytes after the end", len(p.raw)-p.at)
	case i.Profile == "":
		return flaw(start, "there was no record %q", about)
	}
	return nil
}
