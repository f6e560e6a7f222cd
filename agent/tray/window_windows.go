package tray

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Task dialogs (commctrl.h).
const (
	dialogLinks      = 0x1
	dialogOwnIcon    = 0x2
	dialogCanCancel  = 0x8
	dialogTimer      = 0x800
	dialogMinimizes  = 0x8000
	dialogFits       = 0x1000000
	dialogClose      = 0x20 // the button
	dialogSetText    = 0x400 + 108
	dialogContent    = 0
	dialogHeading    = 3
	dialogLinkClick  = 3
	dialogTick       = 4
	dialogWidthUnits = 280
)

// window is the status window, a task dialog: text that screen readers read,
// and a link to the helpdesk. It stays up to date while it is open.
type window struct {
	tray           *Tray
	text, headline string
	forward        bool  // it was brought to the front
	keep           []any // what Windows reads while the dialog is open
}

// OpenWindow shows the status window until the person closes it. One is open at a
// time: another call brings it to the front.
func (t *Tray) OpenWindow() error {
	if !t.open.TryLock() {
		t.bringUp()
		return nil
	}
	defer t.open.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	show := windows.NewLazySystemDLL("comctl32.dll").NewProc("TaskDialogIndirect")
	if err := show.Find(); err != nil {
		return fmt.Errorf("tray: this program has no manifest for the common controls 6: %w", err)
	}
	w := &window{tray: t}
	w.text, w.headline = w.words()
	config := w.config()
	code, _, _ := show.Call(uintptr(unsafe.Pointer(&config[0])), 0, 0, 0)
	runtime.KeepAlive(w.keep)
	if int32(code) < 0 {
		return fmt.Errorf("tray: TaskDialogIndirect: %#x", uint32(code))
	}
	return nil
}

// words is what the window says now.
func (w *window) words() (text, headline string) {
	now := w.tray.now()
	s := w.tray.Board.Status()
	headline = "Ready to sign you in"
	var all []string
	for _, l := range s.Lines(now) {
		if !l.OK && headline == "Ready to sign you in" {
			headline = l.Title + ": look below"
		}
		all = append(all, l.Title+": "+plain(l.Text))
	}
	if s.HelpdeskLink != "" {
		link := plain(strings.ReplaceAll(s.HelpdeskLink, `"`, "%22"))
		all[len(all)-1] = fmt.Sprintf(`Helpdesk: %s <a href="%s">%s</a>`, plain(s.HelpdeskText), link, link)
	}
	return strings.Join(all, "\n\n"), headline
}

// plain is a text without what would be a link's beginning.
func plain(text string) string { return strings.ReplaceAll(text, "<", "‹") }

// config is TASKDIALOGCONFIG, which has no gaps between its fields.
func (w *window) config() []byte {
	var b []byte
	number := func(v uint32) { b = binary.LittleEndian.AppendUint32(b, v) }
	address := func(v uintptr) {
		if unsafe.Sizeof(v) == 8 {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		} else {
			number(uint32(v))
		}
	}
	text := func(s string) {
		p, err := windows.UTF16PtrFromString(s)
		if err != nil {
			p = new(uint16)
		}
		w.keep = append(w.keep, p)
		address(uintptr(unsafe.Pointer(p)))
	}
	icon := programIcon()
	flags := uint32(dialogLinks | dialogCanCancel | dialogTimer | dialogMinimizes | dialogFits)
	if icon != 0 {
		flags |= dialogOwnIcon
	}
	number(0) // the size, when it is known
	address(0)
	address(0)
	number(flags)
	number(dialogClose)
	text(windowTitle)
	address(icon)
	text(w.headline)
	text(w.text)
	for range 2 { // no buttons and no choices of our own
		number(0)
		address(0)
		number(0)
	}
	for range 6 { // no check box, no further text, no footer
		address(0)
	}
	address(w.callback())
	address(0)
	number(dialogWidthUnits)
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	w.keep = append(w.keep, b)
	return b
}

// native is the callback of all windows, of which Windows lets a program have
// only so many, and the window that is open.
type native struct {
	callback uintptr
	window   *window
}

// callback is the same for every window, as one is open at a time.
func (w *window) callback() uintptr {
	n := &w.tray.native
	if n.window = w; n.callback == 0 {
		n.callback = windows.NewCallback(func(dialog windows.Handle, what uint32, a, b, c uintptr) uintptr {
			return n.window.happened(dialog, what, b)
		})
	}
	return n.callback
}

// windowTitle is how the status window is found again.
const windowTitle = "Smartcard Connect: status"

// programIcon is the one in the program's resources, or 0.
func programIcon() uintptr {
	var self windows.Handle
	_ = windows.GetModuleHandleEx(windows.GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, nil, &self)
	name, _ := windows.UTF16PtrFromString("APP")
	icon, _, _ := windows.NewLazySystemDLL("user32.dll").NewProc("LoadIconW").Call(uintptr(self), uintptr(unsafe.Pointer(name)))
	return icon
}

// happened is the dialog's callback.
func (w *window) happened(dialog windows.Handle, what uint32, l uintptr) uintptr {
	switch what {
	case dialogTick:
		if !w.forward { // not while it is made: it does not show yet
			w.forward = true
			_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("SetForegroundWindow").Call(uintptr(dialog))
		}
		w.update(dialog)
	case dialogLinkClick:
		link := windows.UTF16PtrToString((*uint16)(*(*unsafe.Pointer)(unsafe.Pointer(&l))))
		verb, _ := windows.UTF16PtrFromString("open")
		if p, err := windows.UTF16PtrFromString(link); err == nil {
			_ = windows.ShellExecute(dialog, verb, p, nil, nil, 1)
		}
	}
	return 0
}

// update shows what changed; the dialog asks five times a second.
func (w *window) update(dialog windows.Handle) {
	text, headline := w.words()
	send := windows.NewLazySystemDLL("user32.dll").NewProc("SendMessageW")
	put := func(element uintptr, old *string, now string) {
		if *old == now {
			return
		}
		*old = now
		if p, err := windows.UTF16PtrFromString(now); err == nil {
			_, _, _ = send.Call(uintptr(dialog), dialogSetText, element, uintptr(unsafe.Pointer(p)))
		}
	}
	put(dialogHeading, &w.headline, headline)
	put(dialogContent, &w.text, text)
}

// bringUp puts the open window in front.
func (t *Tray) bringUp() {
	user := windows.NewLazySystemDLL("user32.dll")
	title, _ := windows.UTF16PtrFromString(windowTitle)
	for range 20 { // it may be about to open
		if w, _, _ := user.NewProc("FindWindowW").Call(0, uintptr(unsafe.Pointer(title))); w != 0 {
			_, _, _ = user.NewProc("ShowWindow").Call(w, 9) // SW_RESTORE
			_, _, _ = user.NewProc("SetForegroundWindow").Call(w)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
