package applet

import (
	"crypto/subtle"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// PIN is one reference value with its try counter. Values are compared as they
// travel, padding included. The counter and the value outlive a reset; being
// verified does not.
type PIN struct {
	// StuckCounter is the fault of a counter that never falls.
	StuckCounter bool
	// BlockedAtOnce answers 6983 instead of 63C0 to the wrong value that
	// spends the last try. Cards differ.
	BlockedAtOnce bool

	memory   *Memory
	value    []byte
	max      int
	left     int
	verified bool
}

// NewPIN holds value, padded, with tries tries of which all are left. Counter
// and value last as memory makes them last.
func NewPIN(memory *Memory, value []byte, tries int) *PIN {
	return &PIN{memory: memory, value: append([]byte(nil), value...), max: tries, left: tries}
}

// Save is the counter's limit, the tries left and the value.
func (p *PIN) Save() []byte { return append([]byte{byte(p.max), byte(p.left)}, p.value...) }

// Load takes what Save gave. The error wraps ErrState.
func (p *PIN) Load(b []byte) error {
	if len(b) < 3 || b[0] == 0 || b[0] > 15 || b[1] > b[0] {
		return fmt.Errorf("%w: %d bytes are no passcode with its counter", ErrState, len(b))
	}
	p.max, p.left, p.value, p.verified = int(b[0]), int(b[1]), append([]byte(nil), b[2:]...), false
	return nil
}

// SetLeft presets the counter, for cards that come blocked or nearly so.
func (p *PIN) SetLeft(n int) {
	p.left = max(0, min(n, p.max))
	p.memory.Change()
}

// Max is the number of tries a full counter has.
func (p *PIN) Max() int { return p.max }

// Left is the number of tries left; 0 is blocked.
func (p *PIN) Left() int { return p.left }

// Verified reports whether the right value was shown since the last reset.
func (p *PIN) Verified() bool { return p.verified }

// Forget drops the verified state.
func (p *PIN) Forget() { p.verified = false }

// Status is the answer to a VERIFY without data (ISO/IEC 7816-4 §7.5.6): 9000
// when verified, 6983 when blocked, else 63Cx.
func (p *PIN) Status() iso7816.SW {
	switch {
	case p.verified:
		return iso7816.OK
	case p.left == 0:
		return iso7816.MethodBlocked
	}
	return wrong(p.left)
}

// Verify compares. The try is spent before the comparison, so that pulling the
// card at the right moment gains nothing; success gives all tries back.
func (p *PIN) Verify(value []byte) iso7816.SW {
	p.verified = false
	if sw := p.Compare(value); sw != iso7816.OK {
		return sw
	}
	p.verified = true
	return iso7816.OK
}

// Compare is Verify that leaves the verified state alone. The spent try is
// committed before the comparison; a card that cannot write it does not compare.
func (p *PIN) Compare(value []byte) iso7816.SW {
	if p.left == 0 {
		return iso7816.MethodBlocked
	}
	if !p.StuckCounter {
		p.SetLeft(p.left - 1)
	}
	if p.memory.Commit() != nil {
		return iso7816.MemoryFailure
	}
	if subtle.ConstantTimeCompare(p.value, value) == 1 {
		p.Unblock()
		return iso7816.OK
	}
	if p.left == 0 && p.BlockedAtOnce {
		return iso7816.MethodBlocked
	}
	return wrong(p.left)
}

// Set replaces the value and gives all tries back.
func (p *PIN) Set(value []byte) {
	clear(p.value)
	p.value = append([]byte(nil), value...)
	p.Unblock()
}

// Unblock gives all tries back and keeps the value.
func (p *PIN) Unblock() { p.SetLeft(p.max) }

func wrong(left int) iso7816.SW { return 0x63C0 | iso7816.SW(min(left, 0xF)) }

// Pad fills value with FF up to n bytes. A longer value is returned as it is.
func Pad(value []byte, n int) []byte {
	out := append([]byte(nil), value...)
	for len(out) < n {
		out = append(out, 0xFF)
	}
	return out
}

// Padded reports whether b is at least least bytes that accept likes, followed
// by nothing but FF.
func Padded(b []byte, least int, accept func(byte) bool) bool {
	n := 0
	for n < len(b) && b[n] != 0xFF {
		if !accept(b[n]) {
			return false
		}
		n++
	}
	for _, x := range b[n:] {
		if x != 0xFF {
			return false
		}
	}
	return n >= least
}
