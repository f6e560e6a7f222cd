package main

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Places in IAccessible's table of methods (oleacc.h).
const (
	methodRelease = 2
	methodName    = 10
	methodValue   = 11
	methodRole    = 13
	methodState   = 14
)

// accessDenied is E_ACCESSDENIED.
const accessDenied = 0x80070005

// object is an IAccessible.
type object struct{ table *[32]uintptr }

// accessible is the client area of a window or control, or nil.
func accessible(w windows.HWND) *object {
	const client = 0xFFFFFFFC // OBJID_CLIENT
	wanted := windows.GUID{Data1: 0x618736E0, Data2: 0x3C3D, Data3: 0x11CF, Data4: [8]byte{0x81, 0x0C, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71}}
	var o *object
	code, _, _ := windows.NewLazySystemDLL("oleacc.dll").NewProc("AccessibleObjectFromWindow").Call(uintptr(w), client, uintptr(unsafe.Pointer(&wanted)), uintptr(unsafe.Pointer(&o)))
	if code != 0 {
		return nil
	}
	return o
}

// variant is a VARIANT with a 32-bit number (VT_I4).
type variant struct {
	kind     uint16
	reserved [3]uint16
	value    int32
	_        uintptr
}

// call asks about the object itself (CHILDID_SELF). A VARIANT is passed by value:
// in words on 386, by address elsewhere.
func (o *object) call(method int, result unsafe.Pointer) uint32 {
	self := variant{kind: 3}
	args := []uintptr{uintptr(unsafe.Pointer(o)), uintptr(unsafe.Pointer(&self)), uintptr(result)}
	if runtime.GOARCH == "386" {
		args = append(append(args[:1:1], unsafe.Slice((*uintptr)(unsafe.Pointer(&self)), 4)...), uintptr(result))
	}
	code, _, _ := syscall.SyscallN(o.table[method], args...)
	runtime.KeepAlive(&self)
	return uint32(code)
}

func (o *object) release() {
	_, _, _ = syscall.SyscallN(o.table[methodRelease], uintptr(unsafe.Pointer(o)))
}

func (o *object) number(method int) int32 {
	var v variant
	o.call(method, unsafe.Pointer(&v))
	return v.value
}

func (o *object) text(method int) string {
	var s *uint16
	if o.call(method, unsafe.Pointer(&s)) != 0 || s == nil {
		return ""
	}
	defer windows.NewLazySystemDLL("oleaut32.dll").NewProc("SysFreeString").Call(uintptr(unsafe.Pointer(s)))
	return windows.UTF16PtrToString(s)
}

// value is the control's, or that it is refused.
func (o *object) value() (text string, refused bool) {
	var s *uint16
	if o.call(methodValue, unsafe.Pointer(&s)) == accessDenied {
		return "", true
	}
	return o.text(methodValue), false
}
