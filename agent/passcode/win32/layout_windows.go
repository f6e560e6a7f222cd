package win32

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// Sizes in dialog units, which follow font and scaling: 4 are a character's
// width, 8 its height.
const (
	formWidth    = 264
	margin       = 9
	gap          = 5
	padding      = 5  // of the bars
	labelWidth   = 44 // beside the passcode
	touch        = 24 // what a finger needs, 44 pixels and more
	entryHigh    = 18 // with the larger font
	buttonWidth  = 62
	refuseWidth  = 94
	progressHigh = 6
	pictureWide  = 18 // in the alert
)

// fonts makes the purpose stand out and the passcode large, in the dialog's own
// font.
func (w *window) fonts() {
	old := w.made
	w.made = []windows.Handle{w.font(idPurpose, 5, 4, 700), w.font(idEntry, 3, 2, 400)}
	for _, f := range old {
		w.gdi("DeleteObject", uintptr(f))
	}
}

// font gives a control the dialog's font in another size and weight.
func (w *window) font(id uint32, times, by, weight int32) windows.Handle {
	font := w.call("SendMessageW", uintptr(w.dialog), wmGetFont, 0, 0)
	var f logFont
	if w.gdi("GetObjectW", font, unsafe.Sizeof(f), address(&f)) == 0 {
		return 0
	}
	f.height, f.weight = f.height*times/by, weight
	made := windows.Handle(w.gdi("CreateFontIndirectW", address(&f)))
	w.send(id, wmSetFont, uintptr(made), 0)
	return made
}

// units are dialog units as pixels.
func (w *window) units(x, y int32) (int32, int32) {
	r := rectangle{0, 0, x, y}
	w.call("MapDialogRect", uintptr(w.dialog), address(&r))
	return r.right, r.bottom
}

// layout puts every control that shows in its place, top to bottom, and makes
// the dialog as high as that needs.
func (w *window) layout() {
	width, touchHigh := w.units(formWidth, touch)
	side, top := w.units(margin, margin)
	_, space := w.units(gap, gap)
	y := int32(0)
	if h := w.high(idBanner, width); h > 0 {
		w.move(idBanner, 0, y, width, h)
		y += h
	}
	y += top
	line := func(id uint32) {
		if h := w.high(id, width-2*side); h > 0 {
			w.move(id, side, y, width-2*side, h)
			y += h + space
		}
	}
	for _, id := range []uint32{idPurpose, idApplication, idCard, idAlert, idTries} {
		line(id)
	}
	if w.shown[idEnd] == "" {
		_, high := w.units(0, entryHigh)
		w.passcodeRow(side, y, width-2*side, high)
		y += high + space
	}
	for _, id := range []uint32{idHint, idEnd, idClock} {
		line(id)
	}
	if _, high := w.units(0, progressHigh); w.shown[idClock] != "" {
		w.move(idProgress, side, y, width-2*side, high)
		y += high + space
	}
	y += space
	w.buttons(side, y, width-2*side, touchHigh)
	w.move(idSpoken, width-1, y, 1, 1)
	w.resize(width, y+touchHigh+top)
}

func (w *window) passcodeRow(x, y, width, high int32) {
	label, _ := w.units(labelWidth, 0)
	_, text := w.units(0, 9)
	w.move(idLabel, x, y+(high-text)/2, label, text)
	w.move(idEntry, x+label, y, width-label, high)
}

func (w *window) buttons(x, y, width, high int32) {
	wide, _ := w.units(buttonWidth, 0)
	refuse, _ := w.units(refuseWidth, 0)
	space, _ := w.units(gap, 0)
	w.move(idNotStarted, x, y, refuse, high)
	w.move(idOK, x+width-2*wide-space, y, wide, high)
	w.move(idCancel, x+width-wide, y, wide, high)
}

// high is how high a control's text is, 0 when there is none.
func (w *window) high(id uint32, width int32) int32 {
	text := w.shown[id]
	if text == "" {
		return 0
	}
	inset, edge := w.inset(id)
	dc := w.call("GetDC", uintptr(w.dialog))
	defer w.call("ReleaseDC", uintptr(w.dialog), dc)
	old := w.gdi("SelectObject", dc, w.send(id, wmGetFont, 0, 0))
	defer w.gdi("SelectObject", dc, old)
	r := rectangle{0, 0, width - inset, 0}
	w.call("DrawTextW", dc, address(words(text)), ^uintptr(0), address(&r), textBreaks|textMeasure)
	return r.bottom + 2*edge
}

// inset is what a bar needs around its text.
func (w *window) inset(id uint32) (wide, edge int32) {
	x, y := w.units(padding, padding)
	side, _ := w.units(margin, 0)
	switch picture, _ := w.units(pictureWide, 0); id {
	case idBanner:
		return 2 * side, y
	case idAlert:
		return 2*x + picture, y
	}
	return 0, 0
}

func (w *window) move(id uint32, x, y, width, height int32) {
	const noZOrder, noActivate = 4, 0x10
	w.call("SetWindowPos", w.control(id), 0, uintptr(x), uintptr(y), uintptr(width), uintptr(height), noZOrder|noActivate)
}

// resize gives the dialog's inside a size, and keeps all of it on its monitor.
func (w *window) resize(width, height int32) {
	var inside, outside rectangle
	w.call("GetClientRect", uintptr(w.dialog), address(&inside))
	w.call("GetWindowRect", uintptr(w.dialog), address(&outside))
	width += outside.width() - inside.width()
	height += outside.height() - inside.height()
	if outside.width() == width && outside.height() == height {
		return
	}
	area := w.area(w.call("MonitorFromWindow", uintptr(w.dialog), nearest))
	x, y := outside.left, max(area.top, min(outside.top, area.bottom-height))
	const noZOrder, noActivate = 4, 0x10
	w.call("SetWindowPos", uintptr(w.dialog), 0, uintptr(x), uintptr(y), uintptr(width), uintptr(height), noZOrder|noActivate)
	w.call("InvalidateRect", uintptr(w.dialog), 0, 1)
}
