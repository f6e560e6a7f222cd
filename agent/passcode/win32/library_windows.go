package win32

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// Messages and codes (winuser.h, commctrl.h, wtsapi32.h).
const (
	wmActivate      = 0x0006
	wmEndSession    = 0x0016
	wmSetFont       = 0x0030
	wmGetFont       = 0x0031
	wmDrawItem      = 0x002B
	wmSetIcon       = 0x0080
	wmKeyDown       = 0x0100
	wmCommand       = 0x0111
	wmTimer         = 0x0113
	wmSessionChange = 0x02B1
	wmDPIChanged    = 0x02E0
	wmNextControl   = 0x0028
	wmSetDefault    = 0x0401 // DM_SETDEFID
	wmSheets        = 0x8001 // ours: sheets came
	wmLayout        = 0x8002 // ours: everything has another size

	editLimit     = 0x00C5
	editEmptyUndo = 0x00CD
	progressRange = 0x0406
	progressAt    = 0x0402

	sessionDisconnected = 2
	sessionRemoteGone   = 4
	sessionLogoff       = 6
	sessionLock         = 7
)

// procedures of the system, found when they are first used.
type procedures struct{ users, graphics, ole, sessions, accessibility, controls *windows.LazyDLL }

func system() procedures {
	return procedures{windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("gdi32.dll"), windows.NewLazySystemDLL("ole32.dll"),
		windows.NewLazySystemDLL("wtsapi32.dll"), windows.NewLazySystemDLL("oleacc.dll"), windows.NewLazySystemDLL("comctl32.dll")}
}

// call calls a procedure of user32.dll.
func (p procedures) call(name string, args ...uintptr) uintptr {
	r, _, _ := p.users.NewProc(name).Call(args...)
	return r
}

// gdi calls a procedure of gdi32.dll.
func (p procedures) gdi(name string, args ...uintptr) uintptr {
	r, _, _ := p.graphics.NewProc(name).Call(args...)
	return r
}

type point struct{ x, y int32 }

type rectangle struct{ left, top, right, bottom int32 }

func (r rectangle) width() int32  { return r.right - r.left }
func (r rectangle) height() int32 { return r.bottom - r.top }

type message struct {
	window  windows.Handle
	message uint32
	w, l    uintptr
	time    uint32
	at      point
	private uint32
}

// flash is FLASHWINFO.
type flash struct {
	size    uint32
	window  windows.Handle
	flags   uint32
	count   uint32
	timeout uint32
}

type monitorInfo struct {
	size         uint32
	monitor, all rectangle // all is the work area
	flags        uint32
}

// logFont is LOGFONTW.
type logFont struct {
	height, width, escapement, orientation, weight    int32
	italic, underline, strikeOut, charSet             byte
	outPrecision, clipPrecision, quality, pitchFamily byte
	face                                              [32]uint16
}

// drawItem is DRAWITEMSTRUCT.
type drawItem struct {
	kind, id, item, action, state uint32
	window, dc                    windows.Handle
	area                          rectangle
	data                          uintptr
}

func address[T any](v *T) uintptr { return uintptr(unsafe.Pointer(v)) }

// words is a text as Windows takes it. It holds no secret.
func words(s string) *uint16 {
	p, err := windows.UTF16PtrFromString(s)
	if err != nil { // a zero inside: Clean lets none through
		return new(uint16)
	}
	return p
}
