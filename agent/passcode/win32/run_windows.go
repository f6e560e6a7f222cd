package win32

import (
	"runtime"
	"time"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/dialog"
)

// Keys and their states (winuser.h).
const (
	keyPageUp  = 0x21 // the first of those that the keys on the right have without Num Lock
	keyDelete  = 0x2E
	keyCaps    = 0x14
	keyNum     = 0x90
	extendedKB = 1 << 24 // the key is not one of those on the right
)

// form is one conversation on the screen. It is used in the dialog's own thread
// only.
type form struct {
	*window
	*dialog.Dialog
}

// Run shows the form until the agent takes it down. It must be called in a
// process made for it.
func Run(talk *child.Form) error {
	runtime.LockOSThread()
	f := &form{}
	w, err := build(f.handle)
	if err != nil {
		return talk.Unavailable(err)
	}
	f.window, f.Dialog = w, &dialog.Dialog{Talk: talk, Surface: w, Now: time.Now}
	defer f.Wipe()
	w.call("SetTimer", uintptr(w.dialog), 1, uintptr(dialog.Every.Milliseconds()), 0)
	go f.Follow(func() { f.call("PostMessageW", uintptr(w.dialog), wmSheets, 0, 0) })
	f.loop()
	return nil
}

// loop hands out messages until the form is over.
func (f *form) loop() {
	var m message
	for int32(f.call("GetMessageW", address(&m), 0, 0, 0)) > 0 {
		if m.message == wmKeyDown && m.w >= keyPageUp && m.w <= keyDelete && m.l&extendedKB == 0 {
			f.Keypad()
		}
		if f.call("IsDialogMessageW", uintptr(f.dialog), address(&m)) == 0 {
			f.call("TranslateMessage", address(&m))
			f.call("DispatchMessageW", address(&m))
		}
	}
}

// handle is the dialog's procedure: 1 is done, 0 leaves it to Windows. Windows
// calls it while the dialog is made, too.
func (f *form) handle(_ windows.Handle, message uint32, w, l uintptr) uintptr {
	if f.window == nil {
		return 0
	}
	switch message {
	case wmSheets:
		f.Collect()
	case wmTimer:
		f.Tick()
	case wmCommand:
		f.command(uint32(w & 0xFFFF))
	case wmDrawItem:
		f.paint(l)
	case wmActivate:
		if w&0xFFFF != 0 {
			f.call("SetFocus", f.control(next(f.Field())))
		}
	case wmSessionChange:
		f.session(w)
	case wmEndSession:
		f.Cancel()
	case wmDPIChanged: // Windows does its part first
		f.call("PostMessageW", uintptr(f.dialog), wmLayout, 0, 0)
		return 0
	case wmLayout:
		f.fonts()
		f.layout()
	default:
		return 0
	}
	return 1
}

// command is a button, or the key that stands for it.
func (f *form) command(id uint32) {
	switch id {
	case idOK:
		f.Confirm()
	case idCancel:
		f.Cancel()
	case idNotStarted:
		f.NotStarted()
	}
}

// session cancels when the person's screen is not theirs any more.
func (f *form) session(what uintptr) {
	switch what {
	case sessionLock, sessionLogoff, sessionDisconnected, sessionRemoteGone:
		f.Wipe()
		f.Cancel()
	}
}
