package authentic

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Places of a rule in the access rules of a file, tag 86 of its control
// parameters.
const (
	fileRead, fileDelete, fileUpdate, fileResize = 0, 1, 2, 3
	dirCreate, dirDelete, dirCrypto              = 0, 1, 2
)

// rule is one access condition: a byte and a bitmap of credentials. 00 00 is
// always, FF never; 20, 40 and 60 in the byte want secure messaging; else bit 0
// to 6 of the bitmap is credential 1 to 7, any one of which must be verified
// (assumed: OpenSC looks for the first). A byte without a bitmap is never.
type rule [2]byte

var (
	always = rule{0x00, 0x00}
	never  = rule{0xFF, 0xFF}
)

// after is the rule that wants one credential verified.
func after(ref byte) rule { return rule{0x00, bit(ref)} }

func bit(ref byte) byte { return 1 << (ref - 1) }

// rules joins access conditions as tag 86 carries them.
func rules(list ...rule) []byte {
	var out []byte
	for _, r := range list {
		out = append(out, r[0], r[1])
	}
	return out
}

// at is the rule at a place, never where there is none.
func at(access []byte, place int) rule {
	if len(access) < 2*place+2 {
		return never
	}
	return rule(access[2*place:])
}

// credentials is the bitmap of a rule that a credential can satisfy, 0 for any
// other rule.
func (r rule) credentials() byte {
	if r[0] == 0xFF || r[0]&0x60 != 0 {
		return 0
	}
	return r[1]
}

// may reports whether the card's security status satisfies a rule. Secure
// messaging never does: there is none.
func (a *Applet) may(r rule) bool {
	if r == always {
		return true
	}
	for ref, pin := range a.pins {
		if r.credentials()&bit(ref) != 0 && pin.Verified() {
			return true
		}
	}
	return false
}

// strict reads TLV that may hold these tags, each once, and nothing else. ok is
// false for anything other.
func strict(b []byte, tags ...uint32) (found map[uint32][]byte, ok bool) {
	found = map[uint32][]byte{}
	for len(b) > 0 {
		t, rest, err := iso7816.ReadTLV(b)
		if _, twice := found[t.Tag]; err != nil || twice || !slices.Contains(tags, t.Tag) {
			return nil, false
		}
		found[t.Tag], b = t.Value, rest
	}
	return found, true
}
