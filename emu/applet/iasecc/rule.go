package iasecc

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// Access rules in compact format (ISO/IEC 7816-4 §9.3.3.1): an access mode byte
// whose bits name operations, then one security condition byte for each bit
// that is set, the highest first. An operation without its bit is never allowed.
// Bit 80 of the mode byte has no condition; real cards set it.

// The operations, by the bit of the access mode byte.
const (
	fileDelete = 0x40
	fileUpdate = 0x02
	fileRead   = 0x01
	create     = 0x02 // in a directory

	chvChange = 0x40
	chvVerify = 0x20
	chvReset  = 0x10

	keySign         = 0x40
	keyAuthenticate = 0x20
	keyDecipher     = 0x10
	keyGenerate     = 0x08

	objectPut = 0x02
	objectGet = 0x01
)

// The parts of a security condition byte. Its low nibble is the number of the
// security environment that says whose passcode it is.
const (
	always       = 0x00
	never        = 0xFF
	conditionAll = 0x80 // every method is needed, not just one
	methodSM     = 0x40 // secure messaging
	methodHost   = 0x20 // external authentication
	methodUser   = 0x10 // passcode
	number       = 0x0F
)

// environments are the passcodes that the security environments name: 1 and 2
// the user's, 3 the PUK.
var environments = map[byte]byte{1: refUser, 2: refUser, 3: refPUK}

// The rules of what is personalised. That of a passcode was read from cards of
// this maker: changed and verified by itself, reset after passcode 3 (or an
// administrator's key), replaced by an administrator only.
var (
	ruleFile      = []byte{0x7B, 0x12, never, 0x12, 0x12, 0x12, always}
	ruleDirectory = []byte{0x02, 0x12}
	rulePasscode  = []byte{0xF3, always, always, 0x73, 0x43, always}
	ruleKey       = []byte{0x7B, 0x11, 0x11, 0x11, 0x11, 0x11, always}
	ruleSignKey   = []byte{0x7B, 0x11, 0x11, never, 0x11, 0x11, always}
)

// condition is the security condition byte of an operation.
func condition(rule []byte, operation byte) byte {
	if len(rule) == 0 {
		return never
	}
	next := 1
	for bit := byte(0x40); bit != 0; bit >>= 1 {
		if rule[0]&bit == 0 {
			continue
		}
		if next >= len(rule) {
			return never
		}
		if bit == operation {
			return rule[next]
		}
		next++
	}
	return never
}

// allow is 9000 where the security status satisfies the rule, else 6982.
func (a *Applet) allow(rule []byte, operation byte) iso7816.SW {
	c := condition(rule, operation)
	switch {
	case c == always:
		return iso7816.OK
	case c == never || c&methodUser == 0:
		return iso7816.SecurityStatus
	case c&conditionAll != 0 && c&(methodSM|methodHost) != 0:
		return iso7816.SecurityStatus
	}
	pin := a.pins[environments[c&number]]
	if pin == nil || !pin.Verified() {
		return iso7816.SecurityStatus
	}
	return iso7816.OK
}
