package iso7816

import (
	"bytes"
	"testing"
)

// Whatever parses as a command can be written, and reads back as the same. The
// bytes may differ: a length needs no extended form only because it came in
// one.
// Turned red by: a form that is written differently than it is read.
func FuzzCommand(f *testing.F) {
	for _, seed := range []string{"\x00\x20\x00\x80", "\x00\xCA\x01\x01\x00", "\x00\xA4\x04\x00\x02\x11\xEE\x00", "\x00\xCB\x3F\xFF\x00\x01\x01", "\x00\xDB\x3F\xFF\x00\x00\x02\x01\x02\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCommand(b)
		if err != nil {
			return
		}
		out, err := c.Bytes()
		if err != nil {
			t.Fatalf("%v read but not written: %v", c, err)
		}
		again, err := ParseCommand(out)
		if err != nil || again.String() != c.String() || !bytes.Equal(again.Data, c.Data) {
			t.Fatalf("%v became %v, %v", c, again, err)
		}
		for _, p := range []Protocol{T0, T1} {
			_, _ = Encode(p, c)
		}
	})
}

// An object that was read and is written again reads the same.
// Turned red by: a tag or length written otherwise than it is read.
func FuzzTLV(f *testing.F) {
	f.Add([]byte{0x5C, 0x03, 0x5F, 0xC1, 0x05})
	f.Add([]byte{0x7F, 0x49, 0x81, 0x01, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, _ := ParseTLVs(b)
		for _, v := range list {
			again, rest, err := ReadTLV(AppendTLV(nil, v.Tag, v.Value))
			if err != nil || len(rest) != 0 || again.Tag != v.Tag || !bytes.Equal(again.Value, v.Value) {
				t.Fatalf("%X % X became %X % X, %v", v.Tag, v.Value, again.Tag, again.Value, err)
			}
			_ = v.Constructed()
			_, _ = Find(b, v.Tag, v.Tag)
		}
	})
}

// A response that parses is written byte for byte.
// Turned red by: losing a byte between data and status word.
func FuzzResponse(f *testing.F) {
	f.Add([]byte{0x90, 0x00})
	f.Add([]byte{0x01, 0x61, 0x10})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseResponse(b)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Bytes(), b) || (r.SW.Err() != nil && r.SW.Error() == "") {
			t.Fatalf("% X became % X", b, r.Bytes())
		}
	})
}
