package applet_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

var (
	right = []byte("right---")
	bad   = []byte("wrong---")
)

// Requirement: a wrong value spends a try, the last one blocks, and then the
// right one does not help. Source: ISO/IEC 7816-4 §7.5.6. Turned red by:
// comparing before looking at the counter.
func TestPINCounts(t *testing.T) {
	p := applet.NewPIN(&applet.Memory{}, right, 3)
	steps := []struct {
		value []byte
		want  iso7816.SW
		left  int
	}{
		{bad, 0x63C2, 2}, {right, 0x9000, 3}, {bad, 0x63C2, 2}, {bad, 0x63C1, 1}, {bad, 0x63C0, 0}, {right, 0x6983, 0}, {bad, 0x6983, 0},
	}
	for i, s := range steps {
		if got := p.Verify(s.value); got != s.want || p.Left() != s.left {
			t.Errorf("step %d: %04X with %d left, want %04X with %d", i, uint16(got), p.Left(), uint16(s.want), s.left)
		}
		if p.Verified() != (s.want == iso7816.OK) {
			t.Errorf("step %d: verified is %v", i, p.Verified())
		}
	}
}

// Requirement: status spends nothing. Turned red by: going through Verify.
func TestPINStatus(t *testing.T) {
	p := applet.NewPIN(&applet.Memory{}, right, 3)
	for range 5 {
		if got := p.Status(); got != 0x63C3 {
			t.Fatalf("%04X", uint16(got))
		}
	}
	p.Verify(right)
	if got := p.Status(); got != 0x9000 {
		t.Errorf("verified: %04X", uint16(got))
	}
	p.Forget()
	p.SetLeft(0)
	if got := p.Status(); got != 0x6983 {
		t.Errorf("blocked: %04X", uint16(got))
	}
}

// Requirement: a profile may choose 6983 for the try that blocks. Turned red
// by: ignoring BlockedAtOnce.
func TestPINBlockedAtOnce(t *testing.T) {
	p := applet.NewPIN(&applet.Memory{}, right, 1)
	p.BlockedAtOnce = true
	if got := p.Verify(bad); got != 0x6983 {
		t.Errorf("%04X", uint16(got))
	}
}

// Requirement: padding is FF and only at the end. Turned red by: accepting a
// digit after FF.
func TestPadded(t *testing.T) {
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	for text, want := range map[string]bool{
		"123456\xFF\xFF": true, "12345678": true, "12345\xFF\xFF\xFF": false, "123456\xFF7": false,
		"12345a\xFF\xFF": false, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF": false, "123456\x00\x00": false,
	} {
		if got := applet.Padded([]byte(text), 6, digit); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
