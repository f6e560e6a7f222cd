package iasecc

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Requirement: a rule in compact format allows what it says and nothing else:
// one condition for each bit, 80 left out, "all" or "any one". Source: ISO/IEC
// 7816-4 §9.3.3.1 and the rules of real cards. Turned red by: counting bit 80,
// or taking secure messaging for given.
func TestAllow(t *testing.T) {
	const user, puk, both, none = "123456", "12345678", "both", ""
	rows := []struct {
		name      string
		rule      []byte
		operation byte
		verified  string
		want      iso7816.SW
	}{
		{"always", []byte{0x01, 0x00}, 0x01, none, iso7816.OK},
		{"never", []byte{0x01, 0xFF}, 0x01, both, iso7816.SecurityStatus},
		{"no rule", nil, 0x01, both, iso7816.SecurityStatus},
		{"operation not in it", []byte{0x02, 0x00}, 0x01, both, iso7816.SecurityStatus},
		{"condition missing", []byte{0x03, 0x00}, 0x01, both, iso7816.SecurityStatus},
		{"bit 80 has no condition", []byte{0x81, 0x00}, 0x01, none, iso7816.OK},
		{"the second of two", []byte{0x41, 0xFF, 0x00}, 0x01, none, iso7816.OK},
		{"passcode, not shown", []byte{0x01, 0x11}, 0x01, puk, iso7816.SecurityStatus},
		{"passcode, shown", []byte{0x01, 0x12}, 0x01, user, iso7816.OK},
		{"the PUK", []byte{0x01, 0x13}, 0x01, user, iso7816.SecurityStatus},
		{"the PUK, shown", []byte{0x01, 0x13}, 0x01, puk, iso7816.OK},
		{"any of three", []byte{0x01, 0x73}, 0x01, puk, iso7816.OK},
		{"all of three", []byte{0x01, 0xF3}, 0x01, puk, iso7816.SecurityStatus},
		{"all of one", []byte{0x01, 0x93}, 0x01, puk, iso7816.OK},
		{"secure messaging alone", []byte{0x01, 0x43}, 0x01, both, iso7816.SecurityStatus},
		{"external alone", []byte{0x01, 0x23}, 0x01, both, iso7816.SecurityStatus},
		{"no such environment", []byte{0x01, 0x1E}, 0x01, both, iso7816.SecurityStatus},
	}
	for _, r := range rows {
		a := made()
		if r.verified == user || r.verified == both {
			say(a, 0x20, 0, refUser, user)
		}
		if r.verified == puk || r.verified == both {
			say(a, 0x20, 0, refPUK, puk)
		}
		if got := a.allow(r.rule, r.operation); got != r.want {
			t.Errorf("%s: %v, want %v", r.name, got, r.want)
		}
	}
}
