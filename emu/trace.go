package emu

import (
	"bytes"
	"encoding/hex"
	"strings"
)

// maxTrace bounds the memory of a card that runs for days and was given no other
// bound; older exchanges are dropped.
const maxTrace = 1 << 14

// Exchange is one command and its answer in upper-case hexadecimal. Passcodes,
// keys on their way into the card, and what a key deciphered, are blanked: their
// bytes are written 00.
type Exchange struct {
	Command  string `json:"command"`
	Response string `json:"response"` // empty when the card was pulled out, or given up on, before it answered
}

// trace is the memory of what was said.
type trace struct {
	most   int // exchanges kept
	list   []Exchange
	secret bool // the answer being fetched is a deciphered text
	stored bool // the chain that is open brings a key or a passcode
}

// add blanks and keeps one exchange.
func (t *trace) add(command, response []byte) Exchange {
	if len(command) > 3 && command[1] != 0xC0 {
		t.secret = deciphers(command)
	}
	response = append([]byte(nil), response...)
	if t.secret && len(response) > 2 {
		clear(response[:len(response)-2])
	}
	command = blank(command)
	if t.stores(command) {
		clear(command[5:])
	}
	e := Exchange{Command: show(command), Response: show(response)}
	if len(t.list) >= t.most {
		t.list = append(t.list[:0], t.list[1:]...)
	}
	t.list = append(t.list, e)
	return e
}

// deciphers reports whether the answer to a command is a deciphered text or a
// secret agreed on: PERFORM SECURITY OPERATION, and GENERAL AUTHENTICATE with a
// key management key.
func deciphers(command []byte) bool {
	switch ref := command[3]; command[1] {
	case 0x2A:
		return command[2] == 0x80
	case 0x87:
		return ref == 0x9D || (ref >= 0x82 && ref <= 0x95)
	}
	return false
}

// stores reports whether a command brings a private key or a passcode into a
// card, or a part of one: PUT DATA of an object of AuthentIC (A1) or of IAS-ECC
// (70) that has one in it, or that may have: a chain can be cut before it comes.
func (t *trace) stores(c []byte) bool {
	if len(c) < 6 || c[1] != 0xDB || c[2] != 0x3F || c[3] != 0xFF {
		t.stored = false
		return false
	}
	more, extended, data := c[0]&0x10 != 0, c[4] == 0 && len(c) > 7, c[5:]
	if extended {
		data = c[7:]
	}
	secret := t.stored || ((data[0] == 0xA1 || data[0] == 0x70) && (more || extended || valuable(data)))
	t.stored = secret && more
	return secret
}

// valuable reports whether an object has the private part of a key (7F48) or a
// passcode (7F41) in it.
func valuable(object []byte) bool {
	return bytes.Contains(object, []byte{0x7F, 0x48}) || bytes.Contains(object, []byte{0x7F, 0x41})
}

// The instructions whose data is nothing but secrets: VERIFY, CHANGE REFERENCE
// DATA and RESET RETRY COUNTER in both their forms, and two of YubiKeys that
// hosts try on any PIV card: import of a key, and a new management key.
var secretive = []byte{0x20, 0x21, 0x24, 0x25, 0x2C, 0x2D, 0xFE, 0xFF}

// blank wipes the data of such a command in a copy, keeping header and length
// byte. A malformed command is wiped too.
func blank(command []byte) []byte {
	out := append([]byte(nil), command...)
	if len(out) > 5 && bytes.IndexByte(secretive, out[1]) >= 0 {
		clear(out[5:])
	}
	return out
}

func show(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
