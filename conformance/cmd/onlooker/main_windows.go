package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Messages of winuser.h and wtsapi32.h.
const (
	wmSessionChange = 0x02B1
	sessionLock     = 7
)

func main() {
	runtime.LockOSThread()
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 3 {
		if err := enter(args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "onlooker: desktop", args[2], err)
			return 1
		}
		args = args[:2]
	}
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: onlooker tree|lock TITLE [DESKTOP]")
		return 64
	}
	w := find(args[1])
	if w == 0 {
		fmt.Fprintln(os.Stderr, "onlooker: there is no window", args[1])
		return 1
	}
	switch args[0] {
	case "tree":
		_ = windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED)
		if err := json.NewEncoder(os.Stdout).Encode(tree(w)); err != nil {
			fmt.Fprintln(os.Stderr, "onlooker:", err)
			return 1
		}
	case "lock":
		_, _, _ = user("PostMessageW").Call(uintptr(w), wmSessionChange, sessionLock, 1)
	default:
		fmt.Fprintln(os.Stderr, "usage: onlooker tree|lock TITLE [DESKTOP]")
		return 64
	}
	return 0
}

// enter makes a desktop this thread's: windows of others are not found.
func enter(desktop string) error {
	const maximumAllowed = 0x02000000
	name, err := windows.UTF16PtrFromString(desktop)
	if err != nil {
		return err
	}
	d, _, err := user("OpenDesktopW").Call(uintptr(unsafe.Pointer(name)), 0, 0, maximumAllowed)
	if d == 0 {
		return err
	}
	if ok, _, err := user("SetThreadDesktop").Call(d); ok == 0 {
		return err
	}
	return nil
}

func user(name string) *windows.LazyProc {
	return windows.NewLazySystemDLL("user32.dll").NewProc(name)
}

// find is the first visible window whose title begins so, or that is of the class
// with a # before it, as menus are, or 0.
func find(title string) (found windows.HWND) {
	look := windows.NewCallback(func(w windows.HWND, _ uintptr) uintptr {
		is := strings.HasPrefix(text(w), title)
		if strings.HasPrefix(title, "#") {
			is = class(w) == title
		}
		if visible(w) && is {
			found = w
			return 0
		}
		return 1
	})
	_ = windows.EnumWindows(look, nil)
	return found
}

func class(w windows.HWND) string {
	var room [64]uint16
	n, err := windows.GetClassName(w, &room[0], int32(len(room)))
	if err != nil {
		return ""
	}
	return windows.UTF16ToString(room[:n])
}

func visible(w windows.HWND) bool {
	on, _, _ := user("IsWindowVisible").Call(uintptr(w))
	return on != 0
}

// text is a top window's own; a control's is asked for by accessibility alone.
func text(w windows.HWND) string {
	var room [256]uint16
	n, _, _ := user("GetWindowTextW").Call(uintptr(w), uintptr(unsafe.Pointer(&room[0])), uintptr(len(room)))
	return windows.UTF16ToString(room[:n])
}

// part is a window or one of its controls, as a screen reader finds it.
type part struct {
	Class   string `json:"class"`
	Name    string `json:"name"`
	Role    int32  `json:"role"`  // ROLE_SYSTEM_…
	State   int32  `json:"state"` // STATE_SYSTEM_…
	Value   string `json:"value"`
	Refused bool   `json:"refused"` // the value may not be read: E_ACCESSDENIED
	Shown   bool   `json:"shown"`
	Left    int32  `json:"left"`
	Top     int32  `json:"top"`
	Right   int32  `json:"right"`
	Bottom  int32  `json:"bottom"`
}

// tree is the window, then its controls in their order.
func tree(w windows.HWND) []part {
	all := []part{describe(w)}
	next := windows.NewCallback(func(c windows.HWND, _ uintptr) uintptr {
		all = append(all, describe(c))
		return 1
	})
	_, _, _ = user("EnumChildWindows").Call(uintptr(w), next, 0)
	return all
}

func describe(w windows.HWND) part {
	p := part{Shown: visible(w), Class: class(w)}
	var area struct{ left, top, right, bottom int32 }
	_, _, _ = user("GetWindowRect").Call(uintptr(w), uintptr(unsafe.Pointer(&area)))
	p.Left, p.Top, p.Right, p.Bottom = area.left, area.top, area.right, area.bottom
	if a := accessible(w); a != nil {
		p.Name, p.Role, p.State = a.text(methodName), a.number(methodRole), a.number(methodState)
		p.Value, p.Refused = a.value()
		a.release()
	}
	return p
}
