package iso7816

import (
	"errors"
	"fmt"
)

// ErrTLV is wrapped by every error about malformed BER-TLV.
var ErrTLV = errors.New("iso7816: malformed TLV")

// TLV is one BER-TLV data object. Tag holds the tag bytes big-endian, as
// written: 5F2F is 0x5F2F.
type TLV struct {
	Tag   uint32
	Value []byte
}

// Constructed reports whether the value is itself made of TLVs (ISO/IEC 8825-1
// §8.1.2.5: bit 6 of the first tag byte).
func (t TLV) Constructed() bool {
	return tagBytes(t.Tag)[0]&0x20 != 0
}

// ReadTLV takes one object off the front of b: tags of up to four bytes,
// definite lengths of up to three length bytes. Value aliases b.
func ReadTLV(b []byte) (t TLV, rest []byte, err error) {
	tag, b, err := readTag(b)
	if err != nil {
		return TLV{}, nil, err
	}
	n, b, err := readLength(b)
	if err != nil {
		return TLV{}, nil, fmt.Errorf("tag %X: %w", tag, err)
	}
	if n > len(b) {
		return TLV{}, nil, fmt.Errorf("%w: tag %X says %d bytes, %d follow", ErrTLV, tag, n, len(b))
	}
	return TLV{Tag: tag, Value: b[:n:n]}, b[n:], nil
}

func readTag(b []byte) (uint32, []byte, error) {
	if len(b) == 0 {
		return 0, nil, fmt.Errorf("%w: no tag", ErrTLV)
	}
	tag := uint32(b[0])
	if b[0]&0x1F != 0x1F {
		return tag, b[1:], nil
	}
	for i := 1; i < len(b) && i < 4; i++ {
		tag = tag<<8 | uint32(b[i])
		if b[i]&0x80 == 0 {
			return tag, b[i+1:], nil
		}
	}
	return 0, nil, fmt.Errorf("%w: tag never ends", ErrTLV)
}

func readLength(b []byte) (int, []byte, error) {
	if len(b) == 0 {
		return 0, nil, fmt.Errorf("%w: no length", ErrTLV)
	}
	if b[0] < 0x80 {
		return int(b[0]), b[1:], nil
	}
	k := int(b[0] & 0x7F)
	if k == 0 || k > 3 || len(b) < 1+k {
		return 0, nil, fmt.Errorf("%w: length byte %02X", ErrTLV, b[0])
	}
	n := 0
	for _, x := range b[1 : 1+k] {
		n = n<<8 | int(x)
	}
	return n, b[1+k:], nil
}

// ParseTLVs reads objects to the end of b. Bytes 00 and FF between objects are
// padding (ISO/IEC 7816-4 §5.2.2) and skipped. On error the objects before it
// are returned too.
func ParseTLVs(b []byte) ([]TLV, error) {
	var out []TLV
	for len(b) > 0 {
		if b[0] == 0x00 || b[0] == 0xFF {
			b = b[1:]
			continue
		}
		t, rest, err := ReadTLV(b)
		if err != nil {
			return out, err
		}
		out, b = append(out, t), rest
	}
	return out, nil
}

// Find walks down the tags of path through nested objects and returns the value
// of the first match. It answers false where a tag is missing or the bytes on
// the way are malformed.
func Find(b []byte, path ...uint32) ([]byte, bool) {
	for _, want := range path {
		list, _ := ParseTLVs(b)
		found := false
		for _, t := range list {
			if t.Tag == want {
				b, found = t.Value, true
				break
			}
		}
		if !found {
			return nil, false
		}
	}
	return b, true
}

// AppendTLV writes one object with the shortest length form (DER).
func AppendTLV(out []byte, tag uint32, value []byte) []byte {
	out = append(out, tagBytes(tag)...)
	switch n := len(value); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 0x100:
		out = append(out, 0x81, byte(n))
	case n < 0x10000:
		out = append(out, 0x82, byte(n>>8), byte(n))
	default:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, value...)
}

// Wrap is AppendTLV onto nothing, of the parts joined.
func Wrap(tag uint32, parts ...[]byte) []byte {
	var value []byte
	for _, p := range parts {
		value = append(value, p...)
	}
	return AppendTLV(nil, tag, value)
}

func tagBytes(tag uint32) []byte {
	out := []byte{byte(tag >> 24), byte(tag >> 16), byte(tag >> 8), byte(tag)}
	for len(out) > 1 && out[0] == 0 {
		out = out[1:]
	}
	return out
}
