//go:build linux && (amd64 || arm64)

package gtk

import (
	"errors"
	"runtime"
	"strings"
	"time"

	"github.com/ebitengine/purego"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// second is how often the countdown is drawn, in milliseconds: often enough
// that no second is seen to be skipped.
const second = 250

// keyEscape and the keys on the right without Num Lock (gdkkeysyms.h).
const (
	keyEscape    = 0xFF1B
	keypadHome   = 0xFF95
	keypadDelete = 0xFF9F
)

// form is one conversation on the screen. Everything but inbox is used in
// GTK's own thread only.
type form struct {
	*window
	talk     *child.Form
	sheet    passcode.Sheet
	view     passcode.View
	speech   passcode.Speech
	greeting string    // what is said at the next tick
	sent     bool      // something was answered and no sheet has come since
	until    time.Time // a farewell goes by itself then
	keypad   bool      // keys on the right were used without Num Lock

	inbox child.Inbox
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
	f := &form{window: build(kit), talk: talk}
	defer f.wipe()
	f.wire()
	wake := purego.NewCallback(func(uintptr) uintptr { f.collect(); return 0 })
	go f.inbox.Follow(talk, func() { kit.idle(wake, 0) })
	kit.main()
	return nil
}

// wire connects what a person can do.
func (f *form) wire() {
	click := func(do func()) uintptr { return purego.NewCallback(func(uintptr, uintptr) { do() }) }
	f.on(f.ok, "clicked", click(f.confirm))
	f.on(f.cancel, "clicked", click(f.refuse))
	f.on(f.notStarted, "clicked", click(func() { f.answer(f.talk.NotStarted) }))
	f.on(f.window.window, "delete-event", purego.NewCallback(func(_, _, _ uintptr) uintptr { f.refuse(); return 1 }))
	f.on(f.window.window, "key-press-event", purego.NewCallback(func(_, event, _ uintptr) uintptr { return f.key(event) }))
	f.on(f.kit.keymapFor(f.kit.display()), "state-changed", click(f.redraw))
	f.kit.timeout(second, purego.NewCallback(func(uintptr) uintptr { f.tick(); return 1 }), 0)
}

func (f *form) on(o object, signal string, handler uintptr) {
	f.kit.connect(o, signal, handler, 0, 0, 0)
}

// collect takes the sheets that came.
func (f *form) collect() {
	mail := f.inbox.Take()
	for _, s := range mail.Sheets {
		f.put(s)
	}
	switch {
	case mail.Ended && !mail.Farewell:
		f.kit.mainQuit()
	case mail.Ended && f.until.IsZero():
		f.until = time.Now().Add(child.Linger)
	}
}

// put shows another sheet. The first one brings the window up.
func (f *form) put(s passcode.Sheet) {
	first := f.view == passcode.View{}
	if s.State == passcode.Over { // the agent knows how it ended, the form for what
		s.Question = f.sheet.Question
	}
	if s.Problem != "" && s != f.sheet || s.State == passcode.Using || s.State == passcode.Over || s.Kept {
		f.wipe()
	}
	f.sheet, f.sent, f.misfit = s, false, ""
	f.redraw()
	switch words := f.speech.Changed(f.view); {
	case words == "":
	case first || f.greeting != "":
		f.greeting = words // said once the window is there to say it, and not what it was before
	default:
		f.say(words)
	}
	if f.view.Entry {
		f.kit.widgetFocus(f.entry)
	} else {
		f.kit.widgetFocus(f.cancel)
	}
	if first {
		f.place()
		f.kit.widgetShow(f.window.window)
		_ = f.talk.Opened()
	}
}

// redraw shows the sheet as it is now.
func (f *form) redraw() {
	keys := f.kit.keymapFor(f.kit.display())
	f.locks = f.sheet.Hint(passcode.Locks{Caps: f.kit.keymapCaps(keys) != 0, Num: f.kit.keymapNum(keys) != 0}, f.keypad)
	v := f.sheet.View(time.Now())
	if f.sent {
		v.Entry, v.OK, v.Cancel, v.NotStarted = false, false, false, false
	}
	f.draw(f.view, v)
	f.view = v
	purpose := int32(purposePass)
	if f.sheet.DigitsOnly {
		purpose = purposePIN
	}
	f.kit.entryPurpose(f.entry, purpose)
}

// tick draws the countdown, speaks it where it is due, and stops asking for
// attention once the person is here.
func (f *form) tick() {
	switch {
	case f.view == passcode.View{}:
		return
	case !f.until.IsZero() && time.Now().After(f.until):
		f.kit.mainQuit()
		return
	case f.view.Clock != "":
		f.kit.labelText(f.clock, f.sheet.View(time.Now()).Clock)
		f.greeting += " " + f.speech.Left(time.Until(f.sheet.Deadline))
	}
	f.say(strings.TrimSpace(f.greeting))
	f.greeting = ""
	if f.kit.windowActive(f.window.window) != 0 {
		f.kit.windowUrgency(f.window.window, 0)
	}
}

func (f *form) key(event uintptr) uintptr {
	var value uint32
	if f.kit.eventKeyval(event, &value) == 0 {
		return 0
	}
	switch {
	case value == keyEscape:
		f.refuse()
		return 1
	case value >= keypadHome && value <= keypadDelete:
		f.keypad = true
		f.redraw()
	}
	return 0
}

// confirm hands over what was typed. With a card that has been read a misfit
// goes no further than here.
func (f *form) confirm() {
	if !f.view.OK || f.sent {
		return
	}
	text := f.buffer.text
	if f.sheet.State == passcode.Ready {
		if err := f.sheet.Rule().Check(text); err != nil {
			f.misfit = passcode.Sentence(err.Error())
			f.wipe()
			f.redraw()
			f.say(f.misfit)
			f.kit.widgetFocus(f.entry)
			return
		}
	}
	if len(text) == 0 {
		return // nothing to keep
	}
	f.answer(func() error { return f.talk.Passcode(text) })
	f.wipe()
}

// refuse is no, and Close once it is over.
func (f *form) refuse() {
	switch {
	case f.sheet.State == passcode.Over:
		f.kit.mainQuit()
	case f.view.Cancel:
		f.answer(f.talk.Cancel)
	}
}

// answer is given once for each sheet. An agent that does not listen has gone.
func (f *form) answer(say func() error) {
	if f.sent {
		return
	}
	f.sent = true
	if say() != nil {
		f.kit.mainQuit()
	}
	f.redraw()
}
