package win32

import "unsafe"

// How DrawText breaks lines, as the controls of these styles do.
const (
	textBreaks  = 0x10 | 0x800 | 0x2000 // DT_WORDBREAK, DT_NOPREFIX, DT_EDITCONTROL
	textMeasure = 0x400                 // DT_CALCRECT
)

// The system's colours, which high contrast replaces (GetSysColor).
const (
	colourHighlight     = 13
	colourHighlightText = 14
	colourInfoText      = 23
	colourInfo          = 24
)

const pictureWarning = 32515 // IDI_WARNING

// paint draws one of the two bars: the banner in the colour of what is chosen,
// the alert in that of information, with a frame and a picture.
func (w *window) paint(l uintptr) {
	d := *(*drawItem)(pointer(l))
	back, front := uintptr(colourHighlight), uintptr(colourHighlightText)
	if d.id == idAlert {
		back, front = colourInfo, colourInfoText
	}
	dc, area := uintptr(d.dc), d.area
	w.call("FillRect", dc, address(&area), w.call("GetSysColorBrush", back))
	if d.id == idAlert {
		w.call("FrameRect", dc, address(&area), w.call("GetSysColorBrush", front))
	}
	x, y := w.units(padding, padding)
	if d.id == idBanner {
		x, _ = w.units(margin, 0)
	}
	inner := rectangle{area.left + x, area.top + y, area.right - x, area.bottom - y}
	if d.id == idAlert {
		inner.left += w.picture(dc, inner)
	}
	w.gdi("SetBkMode", dc, 1)
	w.gdi("SetTextColor", dc, w.call("GetSysColor", front))
	w.call("DrawTextW", dc, address(words(w.shown[d.id])), ^uintptr(0), address(&inner), textBreaks)
}

// picture draws the warning sign and returns the room it took.
func (w *window) picture(dc uintptr, at rectangle) int32 {
	room, _ := w.units(pictureWide, 0)
	size, _ := w.units(pictureWide-5, 0)
	const normal = 3
	w.call("DrawIconEx", dc, uintptr(at.left), uintptr(at.top), w.call("LoadIconW", 0, pictureWarning), uintptr(size), uintptr(size), 0, 0, normal)
	return room
}

// pointer is an address that Windows gave.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }
