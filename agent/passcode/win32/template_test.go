package win32

import (
	"encoding/binary"
	"testing"
)

// Requirement: the template is a DLGTEMPLATEEX as Windows reads it: every item
// begins at a multiple of four bytes, and there are as many as it says. Source:
// Microsoft, DLGITEMTEMPLATEEX. Turned red by: an item that follows an odd text.
func TestTemplate(t *testing.T) {
	all := items()
	b := template(all)
	le := binary.LittleEndian
	if le.Uint16(b[2:]) != 0xFFFF || int(le.Uint16(b[16:])) != len(all) {
		t.Fatalf("head % x", b[:26])
	}
	at := 26 + 6               // menu, class, title
	at += 2 + 2 + 2            // points, weight, italic and character set
	at = skip(b, at)           // the font's name
	for i, want := range all { // each: 24 bytes, class, text, extra
		at += -at & 3
		if id := le.Uint32(b[at+20:]); id != want.id {
			t.Fatalf("item %d is %d, not %d", i, id, want.id)
		}
		if at += 24; le.Uint16(b[at:]) == 0xFFFF {
			at += 4
		} else {
			at = skip(b, at)
		}
		at = skip(b, at) + 2
	}
	if at != len(b) {
		t.Errorf("%d bytes, %d read", len(b), at)
	}
}

// skip is the place after a text and its zero.
func skip(b []byte, at int) int {
	for binary.LittleEndian.Uint16(b[at:]) != 0 {
		at += 2
	}
	return at + 2
}

// Requirement: a screen reader names the passcode by the label before it, and
// Tab goes from it to OK. Source: Microsoft, labels of edit controls. Turned red
// by: another order of the items.
func TestOrder(t *testing.T) {
	all := items()
	for i := range all {
		if all[i].id == idEntry && (all[i-1].id != idLabel || all[i].style&editPassword == 0) {
			t.Errorf("before the passcode is item %d, its style is %x", all[i-1].id, all[i].style)
		}
		if all[i].id == idOK && all[i].style&buttonDefault == 0 {
			t.Error("Enter does not press OK")
		}
	}
}
