package win32

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

const nearest = 2 // MONITOR_DEFAULTTONEAREST

// area is what of a monitor the taskbar leaves.
func (w *window) area(monitor uintptr) rectangle {
	var m monitorInfo
	m.size = uint32(unsafe.Sizeof(m))
	w.call("GetMonitorInfoW", monitor, address(&m))
	return m.all
}

// place centres the dialog on the monitor with the pointer. It goes there first
// and is measured then, as that monitor may have a scaling of its own.
func (w *window) place() {
	var p point
	w.call("GetCursorPos", address(&p))
	area := w.area(w.monitor(p))
	const noSize, noZOrder, noActivate = 1, 4, 0x10
	w.call("SetWindowPos", uintptr(w.dialog), 0, uintptr(area.left), uintptr(area.top), 0, 0, noSize|noZOrder|noActivate)
	w.layout()
	var r rectangle
	w.call("GetWindowRect", uintptr(w.dialog), address(&r))
	x, y := area.left+max(0, (area.width()-r.width())/2), area.top+max(0, (area.height()-r.height())/3)
	w.call("SetWindowPos", uintptr(w.dialog), 0, uintptr(x), uintptr(y), 0, 0, noSize|noZOrder|noActivate)
}

// monitor is the one with a point. A POINT is passed by value: as one word, or
// as two of 32 bits.
func (w *window) monitor(p point) uintptr {
	if unsafe.Sizeof(uintptr(0)) == 8 {
		return w.call("MonitorFromPoint", uintptr(uint64(uint32(p.x))|uint64(uint32(p.y))<<32), nearest)
	}
	return w.call("MonitorFromPoint", uintptr(p.x), uintptr(p.y), nearest)
}

// Appear shows the dialog above all others. It takes the keyboard only where
// nobody types; elsewhere it flashes until the person comes.
func (w *window) Appear() {
	w.place()
	const topmost, noSize, noMove, noActivate = ^uintptr(0), 1, 2, 0x10
	idle := w.idle()
	w.call("ShowWindow", uintptr(w.dialog), 4) // SW_SHOWNOACTIVATE
	w.call("SetWindowPos", uintptr(w.dialog), topmost, 0, 0, 0, 0, noSize|noMove|noActivate)
	if idle && w.call("SetForegroundWindow", uintptr(w.dialog)) != 0 {
		return
	}
	const tray, caption, untilForeground = 2, 1, 12
	f := flash{window: w.dialog, flags: tray | caption | untilForeground}
	f.size = uint32(unsafe.Sizeof(f))
	w.call("FlashWindowEx", address(&f))
}

// idle says that nobody types: the desktop itself is in front, or this form or
// its agent.
func (w *window) idle() bool {
	front := w.call("GetForegroundWindow")
	if front == 0 || front == w.call("GetDesktopWindow") || front == w.call("GetShellWindow") {
		return true
	}
	var pid uint32
	_, _ = windows.GetWindowThreadProcessId(windows.HWND(front), &pid)
	return pid == uint32(os.Getpid()) || pid == uint32(os.Getppid())
}

// Focus gives the keyboard to the field or to Cancel, if the dialog has it.
func (w *window) Focus(field bool) {
	if w.call("GetActiveWindow") == uintptr(w.dialog) {
		w.call("SendMessageW", uintptr(w.dialog), wmNextControl, w.control(next(field)), 1)
	}
}

// next is the control that a person needs next.
func next(field bool) uint32 {
	if field {
		return idEntry
	}
	return idCancel
}
