package tray

import (
	"context"
	_ "embed"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"fyne.io/systray"
	"golang.org/x/sys/windows"
)

//go:embed icon.ico
var picture []byte

// Patience for a taskbar: at login the agent may be there before it.
const (
	barTime = 2 * time.Minute
	barLook = 2 * time.Second
)

// place waits for the taskbar, without which systray does not begin.
func (t *Tray) place(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, barTime)
	defer stop()
	for find(0, 0, "Shell_TrayWnd") == 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: no taskbar", ErrNone)
		case <-time.After(barLook):
		}
	}
	return nil
}

// loop has the icon until ctx ends. Its window belongs to one thread. Here ready is
// called when the icon is there.
func loop(ctx context.Context, ready, _ func()) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer context.AfterFunc(ctx, systray.Quit)()
	systray.Run(ready, nil)
	return nil
}

// balloon is NOTIFYICONDATAW of Windows Vista and later (shellapi.h).
type balloon struct {
	size             uint32
	window           windows.Handle
	id, flags, msg   uint32
	icon             windows.Handle
	tip              [128]uint16
	state, stateMask uint32
	text             [256]uint16
	version          uint32
	title            [64]uint16
	infoFlags        uint32
	guid             windows.GUID
	balloonIcon      windows.Handle
}

// Constants of shellapi.h, and how systray calls its window and icon.
const (
	nimModify   = 1
	nifInfo     = 0x10
	niifWarning = 2
	iconClass   = "SystrayClass"
	iconID      = 100
)

// notify shows a balloon at the icon, which Windows 10 and later show as a
// notification. systray has no call for it, so its icon is found by its window.
func notify(title, text string) error {
	b := balloon{window: own(iconClass), id: iconID, flags: nifInfo, infoFlags: niifWarning}
	if b.window == 0 {
		return fmt.Errorf("%w: no icon", ErrNone)
	}
	b.size = uint32(unsafe.Sizeof(b))
	fill(b.title[:], title)
	fill(b.text[:], text)
	if ok, _, err := windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW").Call(nimModify, uintptr(unsafe.Pointer(&b))); ok == 0 {
		return fmt.Errorf("Shell_NotifyIcon: %w", err)
	}
	return nil
}

// fill writes as much of a text as there is room for, and a zero.
func fill(room []uint16, text string) {
	words := windows.StringToUTF16(text)
	n := copy(room, words)
	room[n-1] = 0
}

// own is this process's window of a class, or 0.
func own(class string) windows.Handle {
	for w := find(0, 0, class); w != 0; w = find(0, w, class) {
		var pid uint32
		if _, err := windows.GetWindowThreadProcessId(windows.HWND(w), &pid); err == nil && pid == windows.GetCurrentProcessId() {
			return w
		}
	}
	return 0
}

// find is FindWindowEx by class alone.
func find(parent, after windows.Handle, class string) windows.Handle {
	name, err := windows.UTF16PtrFromString(class)
	if err != nil {
		return 0
	}
	w, _, _ := windows.NewLazySystemDLL("user32.dll").NewProc("FindWindowExW").Call(uintptr(parent), uintptr(after), uintptr(unsafe.Pointer(name)), 0)
	return windows.Handle(w)
}
