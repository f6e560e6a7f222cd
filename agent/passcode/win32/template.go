package win32

import (
	"encoding/binary"
	"unicode/utf16"
)

// Styles of windows, dialogs and controls (winuser.h, commctrl.h).
const (
	styleTabStop = 0x00010000
	styleSysMenu = 0x00080000
	styleVisible = 0x10000000
	styleCaption = 0x00C00000
	stylePopup   = 0x80000000

	dialogSetFont = 0x40
	dialogFixed   = 0x08 // with dialogSetFont: the shell's font

	staticLeft       = 0x0000
	staticOwnerDraw  = 0x000D
	staticNoPrefix   = 0x0080 // & is no mnemonic
	staticEditBreaks = 0x2000 // long words are broken, as in an edit control

	editPassword = 0x0020
	editScrolls  = 0x0080

	buttonDefault = 0x0001
	buttonPush    = 0x0000

	extendedTopmost = 0x00000008
	extendedApp     = 0x00040000 // in the taskbar, where it can flash
	extendedEdge    = 0x00000200
)

// Classes of controls, as atoms.
const (
	classButton = 0x0080
	classEdit   = 0x0081
	classStatic = 0x0082
)

// Identifiers of the controls. The first two are what Enter and Escape press.
const (
	idOK     = 1
	idCancel = 2
)

// The other controls, top to bottom.
const (
	idBanner = 100 + iota
	idPurpose
	idApplication
	idCard
	idAlert
	idTries
	idLabel
	idEntry
	idHint
	idEnd
	idClock
	idProgress
	idNotStarted
	idSpoken
)

// item is one control of a template. Its place is given when it is drawn.
type item struct {
	id              uint32
	class           any // an atom or a name
	style, extended uint32
	text            string
}

// items are the form's controls in the order of the Tab key, in which a label
// names what follows it.
func items() []item {
	const line = staticLeft | staticNoPrefix | staticEditBreaks
	return []item{
		{idBanner, classStatic, staticOwnerDraw, 0, ""},
		{idPurpose, classStatic, line, 0, ""},
		{idApplication, classStatic, line, 0, ""},
		{idCard, classStatic, line, 0, ""},
		{idAlert, classStatic, staticOwnerDraw, 0, ""},
		{idTries, classStatic, line, 0, ""},
		{idLabel, classStatic, staticLeft, 0, "&Passcode:"},
		{idEntry, classEdit, editPassword | editScrolls | styleTabStop, extendedEdge, ""},
		{idHint, classStatic, line, 0, ""},
		{idEnd, classStatic, line, 0, ""},
		{idClock, classStatic, line, 0, ""},
		{idProgress, "msctls_progress32", 0, 0, ""},
		{idOK, classButton, buttonDefault | styleTabStop, 0, "&OK"},
		{idCancel, classButton, buttonPush | styleTabStop, 0, "&Cancel"},
		{idNotStarted, classButton, buttonPush | styleTabStop, 0, "I did &not start this"},
		{idSpoken, classStatic, line, 0, ""},
	}
}

// child controls are drawn within their dialog.
const styleChild = 0x40000000

// template is a DLGTEMPLATEEX of the items in the shell's font.
func template(all []item) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, 1) // version
	b = le.AppendUint16(b, 0xFFFF)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, extendedTopmost|extendedApp)
	b = le.AppendUint32(b, stylePopup|styleCaption|styleSysMenu|dialogSetFont|dialogFixed)
	b = le.AppendUint16(b, uint16(len(all)))
	b = append(b, make([]byte, 8)...) // place and size
	b = append(b, make([]byte, 6)...) // no menu, the dialog's own class, no title yet
	b = le.AppendUint16(b, 9)         // points
	b = le.AppendUint16(b, 400)       // weight
	b = append(b, 0, 1)               // not italic, default character set
	b = text(b, "MS Shell Dlg 2")
	for _, i := range all {
		b = append(b, make([]byte, -len(b)&3)...)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, i.extended)
		b = le.AppendUint32(b, i.style|styleChild|styleVisible)
		b = append(b, make([]byte, 8)...)
		b = le.AppendUint32(b, i.id)
		switch c := i.class.(type) {
		case int:
			b = le.AppendUint16(le.AppendUint16(b, 0xFFFF), uint16(c))
		case string:
			b = text(b, c)
		}
		b = text(b, i.text)
		b = le.AppendUint16(b, 0) // no more data
	}
	return b
}

// text appends a text and its zero.
func text(b []byte, s string) []byte {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return append(b, 0, 0)
}
