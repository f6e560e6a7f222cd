package win32

import (
	"strings"
	"unsafe"
)

// longest is the most characters the form takes: more than any card, so that
// what is too long is seen to be, and with its zero no more than a slot of the
// vault.
const longest = 60

// prime makes the edit control as large as it will ever be, so that it leaves no
// copies behind while it grows.
func (w *window) prime() {
	w.send(idEntry, editLimit, longest, 0)
	w.Wipe()
}

// Wipe overwrites what was typed, then takes it away. What a person could undo
// is forgotten too.
func (w *window) Wipe() {
	for _, text := range []string{strings.Repeat("*", longest), ""} {
		w.call("SetWindowTextW", w.control(idEntry), address(words(text)))
	}
	w.send(idEntry, editEmptyUndo, 0, 0)
}

// Typed is what was typed, in a locked page; the caller wipes it. One byte is
// one character; what is not printable ASCII is DEL, which breaks the rule of
// every card, so that it is counted and refused.
func (w *window) Typed() []byte {
	slot := w.vault.Take()
	defer clear(slot[:cap(slot)])
	wide := unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(slot))), cap(slot)/2)
	n := w.call("GetDlgItemTextW", uintptr(w.dialog), idEntry, address(&wide[0]), uintptr(len(wide)))
	text := w.vault.Take()
	for _, c := range wide[:n] {
		if c < 0x20 || c > 0x7E {
			c = 0x7F
		}
		text = append(text, byte(c))
	}
	return text
}
