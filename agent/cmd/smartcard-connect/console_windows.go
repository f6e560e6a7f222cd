package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// console gives a program that was built without one (-H windowsgui) the console
// it was started from, if any, so that its verbs can be read there; otherwise
// what it says goes nowhere instead of being an error. Streams that somebody
// redirected stay.
func console() {
	const ofParent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	if stands(windows.STD_OUTPUT_HANDLE) && stands(windows.STD_ERROR_HANDLE) {
		return
	}
	place := os.DevNull
	if ok, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole").Call(ofParent); ok != 0 {
		place = "CONOUT$"
	}
	f, err := os.OpenFile(place, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	if !stands(windows.STD_OUTPUT_HANDLE) {
		os.Stdout = f
	}
	if !stands(windows.STD_ERROR_HANDLE) {
		os.Stderr = f
	}
}

// stands says whether a standard stream leads anywhere.
func stands(which uint32) bool {
	h, err := windows.GetStdHandle(which)
	if err != nil || h == 0 || h == windows.InvalidHandle {
		return false
	}
	kind, err := windows.GetFileType(h)
	return err == nil && kind != windows.FILE_TYPE_UNKNOWN
}
