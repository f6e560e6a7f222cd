package iasecc

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// hash is PSO HASH (ISO/IEC 7816-8 §5.2.4). The host hashes all but the end of
// its message and sends 90, the state so far with the number of bits in it as
// eight bytes, and 80, the last block. 90 may be empty. A digest of full length
// in 90 without 80 is taken as it is.
func (a *Applet) hash(data []byte) iso7816.SW {
	fresh, magic := sha256.New, "sha\x03"
	switch a.env.hash.algorithm {
	case hashSHA256:
	case hashSHA1:
		fresh, magic = sha1.New, "sha\x01"
	default:
		return iso7816.ConditionsOfUse
	}
	a.env.digest = nil
	h := fresh()
	state, ok := iso7816.Find(data, 0x90)
	block, last := iso7816.Find(data, 0x80)
	switch {
	case !ok || len(block) > h.BlockSize():
		return iso7816.WrongData
	case !last && len(state) == h.Size():
		a.env.digest = append([]byte(nil), state...)
		return iso7816.OK
	case !last || (len(state) != 0 && !resume(h, magic, state)):
		return iso7816.WrongData
	}
	h.Write(block)
	a.env.digest = h.Sum(nil)
	return iso7816.OK
}

// resume puts h where another computer stopped after whole blocks. The form is
// that of the standard library: magic, state, a block not used, bytes so far.
func resume(h hash.Hash, magic string, state []byte) bool {
	if len(state) != h.Size()+8 {
		return false
	}
	bits := binary.BigEndian.Uint64(state[h.Size():])
	if bits%(8*uint64(h.BlockSize())) != 0 {
		return false
	}
	form := append([]byte(magic), state[:h.Size()]...)
	form = append(form, make([]byte, h.BlockSize())...)
	form = binary.BigEndian.AppendUint64(form, bits/8)
	u, ok := h.(encoding.BinaryUnmarshaler)
	return ok && u.UnmarshalBinary(form) == nil
}
