package emu

import (
	"encoding/hex"
	"strings"
)

// maxTrace bounds the memory of a card that runs for days; older exchanges are
// dropped.
const maxTrace = 1 << 14

// Exchange is one command and its answer in upper-case hexadecimal. Passcodes,
// private keys on their way into the card, and what a key deciphered, are
// blanked: their bytes are written 00.
type Exchange struct {
	Command  string `json:"command"`
	Response string `json:"response"` // empty when the card was pulled out before it answered
}

// trace is the memory of what was said.
type trace struct {
	list   []Exchange
	secret bool // the answer being fetched is a deciphered text
	stored bool // the chain that is open brings a private key
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
	if len(t.list) >= maxTrace {
		t.list = append(t.list[:0], t.list[1:]...)
	}
	t.list = append(t.list, e)
	return e
}

// stores reports whether a command brings a private key to a series 8 card, or a
// part of one: PUT DATA of a key object (A1) too long for a single short
// command, which is only the one with a key in it.
func (t *trace) stores(c []byte) bool {
	if len(c) < 6 || c[1] != 0xDB || c[2] != 0x3F || c[3] != 0xFF {
		t.stored = false
		return false
	}
	more, extended := c[0]&0x10 != 0, c[4] == 0 && len(c) > 7
	secret := t.stored || (more && c[5] == 0xA1) || (extended && c[7] == 0xA1)
	t.stored = secret && more
	return secret
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

// blank wipes the data of VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER
// in a copy, keeping header and length byte. A malformed command is wiped too.
func blank(command []byte) []byte {
	out := append([]byte(nil), command...)
	if len(out) > 5 && (out[1] == 0x20 || out[1] == 0x24 || out[1] == 0x2C) {
		clear(out[5:])
	}
	return out
}

func show(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
