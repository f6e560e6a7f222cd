package card

import (
	"crypto"
	"fmt"
)

// DigestInfo heads of RFC 8017 §9.2 note 1, DER up to the digest itself.
var (
	sha1Head   = [...]byte{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14}
	sha256Head = [...]byte{0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
)

// DigestInfo is the DER DigestInfo of a digest (RFC 8017 §9.2): 35 bytes for
// SHA-1, 51 for SHA-256. Other hashes and wrong lengths are errors.
func DigestInfo(h crypto.Hash, digest []byte) ([]byte, error) {
	var head []byte
	switch h {
	case crypto.SHA1:
		head = sha1Head[:]
	case crypto.SHA256:
		head = sha256Head[:]
	default:
		return nil, fmt.Errorf("card: no signatures over %v", h)
	}
	if len(digest) != h.Size() {
		return nil, fmt.Errorf("card: a %v digest has %d bytes, not %d", h, h.Size(), len(digest))
	}
	return append(append([]byte(nil), head...), digest...), nil
}

// PadSignature is the EMSA-PKCS1-v1_5 block 00 01 FF…FF 00 DigestInfo of size
// bytes (RFC 8017 §9.2), at least eight of them FF.
func PadSignature(info []byte, size int) ([]byte, error) {
	if size < len(info)+11 {
		return nil, fmt.Errorf("card: %d bytes do not fit a key of %d bytes", len(info), size)
	}
	out := make([]byte, size)
	for i := range out {
		out[i] = 0xFF
	}
	out[0], out[1], out[size-len(info)-1] = 0x00, 0x01, 0x00
	copy(out[size-len(info):], info)
	return out, nil
}
