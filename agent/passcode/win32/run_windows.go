package win32

import (
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// second is how often the countdown is drawn, in milliseconds: often enough
// that no second is seen to be skipped.
const second = 250

// Keys and their states (winuser.h).
const (
	keyPageUp  = 0x21 // the first of those that the keys on the right have without Num Lock
	keyDelete  = 0x2E
	keyCaps    = 0x14
	keyNum     = 0x90
	extendedKB = 1 << 24 // the key is not one of those on the right
)

// form is one conversation on the screen. Everything but inbox is used in
// the dialog's own thread only.
type form struct {
	*window
	talk     *child.Form
	sheet    passcode.Sheet
	view     passcode.View
	speech   passcode.Speech
	greeting string        // what is said at the next tick
	sent     bool          // something was answered and no sheet has come since
	until    time.Time     // a farewell goes by itself then
	keypad   bool          // keys on the right were used without Num Lock
	whole    time.Duration // the countdown at its beginning
	deadline time.Time     // that whole is about

	inbox child.Inbox
}

// Run shows the form until the agent takes it down. It must be called in a
// process made for it.
func Run(talk *child.Form) error {
	runtime.LockOSThread()
	f := &form{talk: talk}
	w, err := build(f.handle)
	if err != nil {
		return talk.Unavailable(err)
	}
	f.window = w
	defer f.wipe()
	w.call("SetTimer", uintptr(w.dialog), 1, second, 0)
	go f.inbox.Follow(talk, func() { f.call("PostMessageW", uintptr(f.dialog), wmSheets, 0, 0) })
	f.loop()
	return nil
}

// loop hands out messages until the form is over.
func (f *form) loop() {
	var m message
	for int32(f.call("GetMessageW", address(&m), 0, 0, 0)) > 0 {
		if m.message == wmKeyDown && m.w >= keyPageUp && m.w <= keyDelete && m.l&extendedKB == 0 && !f.keypad {
			f.keypad = true
			f.redraw()
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
		f.collect()
	case wmTimer:
		f.tick()
	case wmCommand:
		f.command(uint32(w & 0xFFFF))
	case wmDrawItem:
		f.paint(l)
	case wmActivate:
		if w&0xFFFF != 0 {
			f.call("SetFocus", f.control(f.first()))
		}
	case wmSessionChange:
		f.session(w)
	case wmEndSession:
		f.refuse()
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
		f.confirm()
	case idCancel:
		f.refuse()
	case idNotStarted:
		if f.view.NotStarted {
			f.answer(f.talk.NotStarted)
		}
	}
}

// session cancels when the person's screen is not theirs any more.
func (f *form) session(what uintptr) {
	switch what {
	case sessionLock, sessionLogoff, sessionDisconnected, sessionRemoteGone:
		f.wipe()
		f.refuse()
	}
}

// collect takes the sheets that came.
func (f *form) collect() {
	mail := f.inbox.Take()
	for _, s := range mail.Sheets {
		f.show(s)
	}
	switch {
	case mail.Ended && !mail.Farewell:
		f.quit()
	case mail.Ended && f.until.IsZero():
		f.until = time.Now().Add(child.Linger)
	}
}

func (f *form) quit() { f.call("PostQuitMessage", 0) }

// show puts another sheet up. The first one brings the dialog up.
func (f *form) show(s passcode.Sheet) {
	first := f.view == passcode.View{}
	if s.State == passcode.Over { // the agent knows how it ended, the form for what
		s.Question = f.sheet.Question
	}
	if s.Problem != "" && s != f.sheet || s.State == passcode.Using || s.State == passcode.Over || s.Kept {
		f.wipe()
	}
	if !s.Deadline.Equal(f.deadline) {
		f.deadline, f.whole = s.Deadline, time.Until(s.Deadline)
	}
	f.sheet, f.sent, f.misfit = s, false, ""
	f.redraw()
	switch words := f.speech.Changed(f.view); {
	case words == "":
	case first || f.greeting != "":
		f.greeting = words // said once the dialog is there to say it, and not what it was before
	default:
		f.say(words)
	}
	if first {
		f.place()
		f.appear()
		_ = f.talk.Opened()
	}
	f.focus(f.first())
}

// first is the control that a person needs next.
func (f *form) first() uint32 {
	if f.view.Entry {
		return idEntry
	}
	return idCancel
}

// redraw shows the sheet as it is now.
func (f *form) redraw() {
	f.locks = f.hint()
	v := f.sheet.View(time.Now())
	if f.sent {
		v.Entry, v.OK, v.Cancel, v.NotStarted = false, false, false, false
	}
	f.view = v
	f.draw(v)
	f.count()
}

// count draws the bar of the countdown.
func (f *form) count() {
	if f.view.Clock != "" {
		f.progress(int(time.Until(f.sheet.Deadline)/time.Second)+1, int(f.whole/time.Second)+1)
	}
}

// hint is about the lock keys as they are now.
func (f *form) hint() string {
	on := func(key uintptr) bool { return f.call("GetKeyState", key)&1 != 0 }
	return f.sheet.Hint(passcode.Locks{Caps: on(keyCaps), Num: on(keyNum)}, f.keypad)
}

// tick draws the countdown, speaks it where it is due, and looks at the lock keys.
func (f *form) tick() {
	switch {
	case f.view == passcode.View{}:
		return
	case !f.until.IsZero() && time.Now().After(f.until):
		f.quit()
		return
	case f.view.Clock != "":
		f.put(idClock, f.sheet.View(time.Now()).Clock)
		f.count()
		f.greeting += " " + f.speech.Left(time.Until(f.sheet.Deadline))
	}
	f.say(strings.TrimSpace(f.greeting))
	f.greeting = ""
	if f.hint() != f.locks {
		f.redraw()
	}
}

// confirm hands over what was typed. With a card that has been read a misfit
// goes no further than here.
func (f *form) confirm() {
	if !f.view.OK || f.sent {
		return
	}
	text := f.typed()
	defer clear(text[:cap(text)])
	if f.sheet.State == passcode.Ready {
		if err := f.sheet.Rule().Check(text); err != nil {
			f.misfit = passcode.Sentence(err.Error())
			f.wipe()
			f.redraw()
			f.say(f.misfit)
			f.focus(idEntry)
			return
		}
	}
	if len(text) == 0 {
		return // nothing to keep
	}
	f.wipe()
	f.answer(func() error { return f.talk.Passcode(text) })
}

// refuse is no, and Close once it is over.
func (f *form) refuse() {
	switch {
	case f.sheet.State == passcode.Over:
		f.quit()
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
		f.quit()
	}
	f.redraw()
}
