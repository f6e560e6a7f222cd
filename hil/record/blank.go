package record

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// carriesSecret holds for VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER
// (ISO/IEC 7816-4 §11.5.6, .7, .9), whole or in parts.
func carriesSecret(command []byte) bool {
	return len(command) > 1 && slices.Contains([]byte{0x20, 0x21, 0x24, 0x2C}, command[1])
}

// carriesKey holds for commands that may bring a private key or a key's proof.
func carriesKey(command []byte) bool {
	return len(command) > 3 && (command[1] == 0xDB || command[1] == 0xDA || command[1] == 0xFE || command[1] == 0x82 || (command[1] == 0x87 && command[3] == 0x9B))
}

// spell is a command as text, its secrets blanked. A malformed one is blanked
// from its fifth byte on, which may not be a length.
func spell(command []byte) string {
	keep := Shown(command)
	return show(command[:keep]) + strings.Repeat("xx", len(command)-keep)
}

// Shown is how many bytes of a command a recording shows, all of them or those
// before its secrets.
func Shown(command []byte) int {
	keep := len(command)
	if carriesSecret(command) || carriesKey(command) {
		keep = min(keep, 5)
		if _, err := iso7816.ParseCommand(command); err != nil {
			keep = min(keep, 4)
		}
	}
	return keep
}

func show(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// blank decides what of an answer is written. It remembers whose answer GET
// RESPONSE fetches.
type blank struct {
	all  bool // lengths only
	test bool // a test card is nobody: what it says of its person is kept
	hide bool
}

// answer is an answer as text; the status word is always there.
func (b *blank) answer(command, answer []byte) string {
	if len(command) > 1 && command[1] != 0xC0 {
		b.hide = secretAnswer(command) || (!b.test && personal(command))
	}
	n := max(0, len(answer)-2)
	if !b.hide && !b.all {
		n = 0
	}
	return strings.Repeat("xx", n) + show(answer[n:])
}

// secretAnswer holds for what a key deciphered or agreed on: PSO DECIPHER
// (ISO/IEC 7816-8 §11.2) and PIV's key management keys, old ones included
// (SP 800-73-4 part 1 table 4b).
func secretAnswer(c []byte) bool {
	return len(c) > 3 && ((c[1] == 0x2A && c[2] == 0x80) || (c[1] == 0x87 && (c[3] == 0x9D || (c[3] >= 0x82 && c[3] <= 0x95))))
}

// personalTags are PIV's objects about the person and their body, and the
// pairing code (SP 800-73-4 part 1 table 3).
var personalTags = []string{"5FC103", "5FC108", "5FC109", "5FC121", "5FC123"}

func personal(command []byte) bool {
	if command[1] != 0xCB {
		return false
	}
	asked := show(command)
	return slices.ContainsFunc(personalTags, func(tag string) bool { return strings.Contains(asked, "5C03"+tag) })
}
