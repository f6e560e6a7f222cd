package win32

import (
	"errors"
	"runtime"
	"time"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/dialog"
)

// errNoWindow is a session without a desktop.
var errNoWindow = errors.New("there is no desktop")

// window is the dialog and its controls.
type window struct {
	procedures
	dialog windows.Handle
	made   []windows.Handle // fonts
	shown  map[uint32]string
	vault  passcode.Vault
	live   bool // spoken is a live region
}

var _ dialog.Surface = &window{}

// build makes the dialog, hidden, with a procedure for its messages.
func build(handle func(dialog windows.Handle, message uint32, w, l uintptr) uintptr) (*window, error) {
	w := &window{procedures: system(), shown: map[uint32]string{}}
	common := struct{ size, classes uint32 }{8, 0x20} // ICC_PROGRESS_CLASS
	_, _, _ = w.controls.NewProc("InitCommonControlsEx").Call(address(&common))
	t := template(items())
	w.dialog = windows.Handle(w.call("CreateDialogIndirectParamW", w.module(), address(&t[0]), 0, windows.NewCallback(handle), 0))
	runtime.KeepAlive(t)
	if w.dialog == 0 {
		return nil, errNoWindow
	}
	w.fonts()
	if icon := w.call("LoadIconW", w.module(), address(words("APP"))); icon != 0 {
		w.call("SendMessageW", uintptr(w.dialog), wmSetIcon, 0, icon)
		w.call("SendMessageW", uintptr(w.dialog), wmSetIcon, 1, icon)
	}
	w.prime()
	w.announcer()
	w.protect()
	return w, nil
}

func (w *window) module() uintptr {
	var h windows.Handle
	_ = windows.GetModuleHandleEx(windows.GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, nil, &h)
	return uintptr(h)
}

// protect keeps the form out of screen captures, of its own system and later
// ones, and hears of the session's end.
func (w *window) protect() {
	const excludeFromCapture = 0x11 // Windows 10 2004; older ones show it black
	if w.call("SetWindowDisplayAffinity", uintptr(w.dialog), excludeFromCapture) == 0 {
		w.call("SetWindowDisplayAffinity", uintptr(w.dialog), 1)
	}
	_, _, _ = w.sessions.NewProc("WTSRegisterSessionNotification").Call(uintptr(w.dialog), 0)
}

func (w *window) control(id uint32) uintptr {
	return w.call("GetDlgItem", uintptr(w.dialog), uintptr(id))
}

func (w *window) send(id, message uint32, a, b uintptr) uintptr {
	return w.call("SendMessageW", w.control(id), uintptr(message), a, b)
}

// put gives a control its text, and takes it away when it has none. What did not
// change is left alone, so that a screen reader hears only what did.
func (w *window) put(id uint32, text string) {
	if old, known := w.shown[id]; known && old == text {
		return
	}
	w.shown[id] = text
	w.call("SetWindowTextW", w.control(id), address(words(text)))
	w.visible(id, text != "")
	if id == idBanner || id == idAlert {
		w.call("InvalidateRect", w.control(id), 0, 1)
	}
}

func (w *window) visible(id uint32, on bool) { w.call("ShowWindow", w.control(id), show(on)) }

func (w *window) enable(id uint32, on bool) { w.call("EnableWindow", w.control(id), truth(on)) }

func show(on bool) uintptr { return truth(on) * 8 } // SW_SHOWNA or SW_HIDE

func truth(on bool) uintptr {
	if on {
		return 1
	}
	return 0
}

// Locks asks the keyboard.
func (w *window) Locks() passcode.Locks {
	on := func(key uintptr) bool { return w.call("GetKeyState", key)&1 != 0 }
	return passcode.Locks{Caps: on(keyCaps), Num: on(keyNum)}
}

// Draw shows a look.
func (w *window) Draw(l dialog.Look) {
	w.call("SetWindowTextW", uintptr(w.dialog), address(words(l.Title)))
	for id, text := range map[uint32]string{
		idBanner: l.Banner, idPurpose: l.Purpose, idApplication: l.Application, idCard: l.Card, idTries: l.Tries,
		idAlert: l.Alert, idHint: l.Hint, idEnd: l.End,
	} {
		w.put(id, text)
	}
	w.use(l.View)
	w.Count(l)
	w.layout()
}

// Count draws the countdown, in words and as a bar.
func (w *window) Count(l dialog.Look) {
	w.put(idClock, l.Clock)
	if l.Clock == "" {
		return
	}
	w.send(idProgress, progressRange, 0, uintptr(int(l.Whole/time.Second)+1))
	w.send(idProgress, progressAt, uintptr(max(0, int(l.Left/time.Second)+1)), 0)
}

// Quit ends the loop of messages.
func (w *window) Quit() { w.call("PostQuitMessage", 0) }

// use lets be used what the view says; with a farewell only Close is left.
func (w *window) use(v passcode.View) {
	over := v.End != ""
	for _, id := range []uint32{idLabel, idEntry, idOK, idNotStarted} {
		w.visible(id, !over)
	}
	w.visible(idProgress, v.Clock != "")
	if over && w.shown[idCancel] == "" {
		w.shown[idCancel] = "&Close"
		w.call("SetWindowTextW", w.control(idCancel), address(words("&Close")))
		w.call("SendMessageW", uintptr(w.dialog), wmSetDefault, idCancel, 0)
	}
	w.enable(idLabel, v.Entry)
	w.enable(idEntry, v.Entry)
	w.enable(idOK, v.OK)
	w.enable(idCancel, v.Cancel || over)
	w.enable(idNotStarted, v.NotStarted)
}
