//go:build linux && (amd64 || arm64)

package gtk

import (
	"errors"
	"runtime"
	"time"

	"github.com/ebitengine/purego"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/dialog"
)

// keyEscape and the keys on the right without Num Lock (gdkkeysyms.h).
const (
	keyEscape    = 0xFF1B
	keypadHome   = 0xFF95
	keypadDelete = 0xFF9F
)

// form is one conversation on the screen. It is used in GTK's own thread only.
type form struct {
	*window
	*dialog.Dialog
}

// Run shows the form until the agent takes it down. It must be called from the
// main goroutine of a process made for it.
func Run(talk *child.Form) error {
	runtime.LockOSThread()
	kit, err := load()
	if err == nil && kit.initCheck(0, 0) == 0 {
		err = errors.New("there is no display")
	}
	if err != nil {
		return talk.Unavailable(err)
	}
	w := build(kit)
	defer w.Wipe()
	f := &form{w, &dialog.Dialog{Talk: talk, Surface: w, Now: time.Now}}
	f.wire()
	wake := purego.NewCallback(func(uintptr) uintptr { f.Collect(); return 0 })
	go f.Follow(func() { kit.idle(wake, 0) })
	kit.main()
	return nil
}

// wire connects what a person can do.
func (f *form) wire() {
	click := func(do func()) uintptr { return purego.NewCallback(func(uintptr, uintptr) { do() }) }
	f.on(f.ok, "clicked", click(f.Confirm))
	f.on(f.cancel, "clicked", click(f.Cancel))
	f.on(f.notStarted, "clicked", click(f.NotStarted))
	f.on(f.window.window, "delete-event", purego.NewCallback(func(_, _, _ uintptr) uintptr { f.Cancel(); return 1 }))
	f.on(f.window.window, "key-press-event", purego.NewCallback(func(_, event, _ uintptr) uintptr { return f.key(event) }))
	f.on(f.kit.keymapFor(f.kit.display()), "state-changed", click(f.Redraw))
	f.kit.timeout(uint32(dialog.Every.Milliseconds()), purego.NewCallback(func(uintptr) uintptr { f.Tick(); return 1 }), 0)
}

func (f *form) on(o object, signal string, handler uintptr) {
	f.kit.connect(o, signal, handler, 0, 0, 0)
}

func (f *form) key(event uintptr) uintptr {
	var value uint32
	if f.kit.eventKeyval(event, &value) == 0 {
		return 0
	}
	switch {
	case value == keyEscape:
		f.Cancel()
		return 1
	case value >= keypadHome && value <= keypadDelete:
		f.Keypad()
	}
	return 0
}
