package win32

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Events and numbers of Active Accessibility (winuser.h, oleacc.h).
const (
	eventAlert       = 0x0002
	eventLiveChanged = 0x8019
	objectClient     = 0xFFFFFFFC
	roleAlert        = 8
	liveAssertive    = 2
)

// variant is a VARIANT with a 32-bit number (VT_I4).
type variant struct {
	kind     uint16
	reserved [3]uint16
	value    int32
	_        uintptr
}

// announcer makes the control for speech an alert, and a live region for UI
// Automation (IAccPropServices::SetHwndProp). A system that cannot still has the
// events.
func (w *window) announcer() {
	const inThisThread, inProcess = 2, 1
	_ = windows.CoInitializeEx(0, inThisThread)
	class := windows.GUID{Data1: 0xB5F8350B, Data2: 0x0548, Data3: 0x48B1, Data4: [8]byte{0xA6, 0xEE, 0x88, 0xBD, 0x00, 0xB4, 0xA5, 0xE7}}
	wanted := windows.GUID{Data1: 0x6E26E776, Data2: 0x04F0, Data3: 0x495D, Data4: [8]byte{0x80, 0xE4, 0x33, 0x30, 0x35, 0x2E, 0x31, 0x69}}
	var services unsafe.Pointer
	if code, _, _ := w.ole.NewProc("CoCreateInstance").Call(address(&class), 0, inProcess, address(&wanted), uintptr(unsafe.Pointer(&services))); code != 0 || services == nil {
		return
	}
	role := windows.GUID{Data1: 0xCB905FF2, Data2: 0x7BD1, Data3: 0x4C05, Data4: [8]byte{0xB3, 0xC8, 0xE6, 0xC2, 0x41, 0x36, 0x4D, 0x70}}
	setting := windows.GUID{Data1: 0xC12BCD8E, Data2: 0x2A8E, Data3: 0x4950, Data4: [8]byte{0x8A, 0xE7, 0x36, 0x25, 0x11, 0x1D, 0x58, 0xEB}}
	w.annotate(services, role, roleAlert)
	w.live = w.annotate(services, setting, liveAssertive)
	method(services, 2) // Release
}

// annotate sets one property of the control for speech.
func (w *window) annotate(services unsafe.Pointer, property windows.GUID, value int32) bool {
	const setHwndProp = 6
	v := variant{kind: 3, value: value}
	args := append([]uintptr{w.control(idSpoken), objectClient, 0}, guidArgument(&property)...)
	args = append(args, variantArgument(&v)...)
	ok := method(services, setHwndProp, args...) == 0
	runtime.KeepAlive(&v)
	return ok
}

// method calls one of an interface's.
func method(object unsafe.Pointer, index int, args ...uintptr) uintptr {
	table := unsafe.Slice(*(**uintptr)(object), index+1)
	r, _, _ := syscall.SyscallN(table[index], append([]uintptr{uintptr(object)}, args...)...)
	return r
}

// guidArgument is a GUID passed by value: in words on 386 and arm64, by address
// on amd64.
func guidArgument(g *windows.GUID) []uintptr {
	if runtime.GOARCH == "amd64" {
		return []uintptr{address(g)}
	}
	return unsafe.Slice((*uintptr)(unsafe.Pointer(g)), unsafe.Sizeof(*g)/unsafe.Sizeof(uintptr(0)))
}

// variantArgument is a VARIANT passed by value: in words on 386, else by address.
func variantArgument(v *variant) []uintptr {
	if runtime.GOARCH == "386" {
		return unsafe.Slice((*uintptr)(unsafe.Pointer(v)), 4)
	}
	return []uintptr{address(v)}
}

// Say tells a screen reader.
func (w *window) Say(text string) {
	if text == "" {
		return
	}
	w.call("SetWindowTextW", w.control(idSpoken), address(words(text)))
	for _, event := range []uintptr{eventLiveChanged, eventAlert} {
		w.call("NotifyWinEvent", event, w.control(idSpoken), objectClient, 0)
	}
}
