// Package dialog is what a passcode form does, whatever draws it: which sheet is up,
// what may be used, what a screen reader is told and when, and what becomes of what
// was typed. A desktop's toolkit brings the Surface.
package dialog

import (
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// Every is how often a Surface calls Tick: often enough that no second of the
// countdown is seen to be skipped.
const Every = 250 * time.Millisecond

// Surface is a window made of a toolkit's parts. A Dialog calls it in the toolkit's
// own thread only.
type Surface interface {
	// Locks are the lock keys as they are now.
	Locks() passcode.Locks
	// Draw shows a look. What did not change is left alone, so that a screen
	// reader hears only what did.
	Draw(Look)
	// Count is called with every tick: it shows the countdown, if there is one, of
	// a look whose rest did not change.
	Count(Look)
	// Appear brings the window up, away from what the person is typing into.
	Appear()
	// Focus gives the keyboard, if the window has it, to the field or to Cancel.
	Focus(field bool)
	// Say tells a screen reader.
	Say(words string)
	// Typed is a copy of what was typed, in locked memory. The caller overwrites it.
	Typed() []byte
	// Wipe empties the field and overwrites what was in it.
	Wipe()
	// Quit ends the toolkit's loop.
	Quit()
}

// Agent is the other side of the conversation; a child.Form is one. What is said to
// an agent that does not listen any more is an error.
type Agent interface {
	// Sheets calls show for each until there are no more, and says whether the
	// last was a farewell.
	Sheets(show func(passcode.Sheet)) (farewell bool, err error)
	Opened() error                // the window is up
	Passcode(secret []byte) error // what was typed; the caller overwrites it
	Cancel() error
	NotStarted() error
}

// Dialog is one conversation on the screen. All but Talk's sheets arrives, and is
// used, in the toolkit's own thread.
type Dialog struct {
	Talk    Agent            // the agent
	Surface Surface          // the window
	Now     func() time.Time // the clock

	inbox    inbox
	sheet    passcode.Sheet
	look     Look
	up       bool          // a sheet came
	locks    string        // the hint about lock keys that is shown
	misfit   string        // what was wrong with what was typed here
	whole    time.Duration // the countdown at its beginning
	speech   passcode.Speech
	greeting string    // what is said at the next tick
	sent     bool      // something was answered and no sheet has come since
	until    time.Time // a farewell goes by itself then
	keypad   bool      // keys on the right were used without Num Lock
}

// Follow takes the agent's sheets until there are no more. For each it has wake
// call Collect in the toolkit's thread.
func (d *Dialog) Follow(wake func()) { d.inbox.follow(d.Talk, wake) }

// Collect shows the sheets that came.
func (d *Dialog) Collect() {
	m := d.inbox.take()
	for _, s := range m.sheets {
		d.show(s)
	}
	switch {
	case m.ended && !m.farewell:
		d.Surface.Quit()
	case m.ended && d.until.IsZero():
		d.until = d.Now().Add(child.Linger)
	}
}

// show puts another sheet up. The first one brings the window up.
func (d *Dialog) show(s passcode.Sheet) {
	first := !d.up
	if s.State == passcode.Over { // the agent knows how it ended, the form for what
		s.Question = d.sheet.Question
	}
	if s.Problem != "" && s != d.sheet || s.State == passcode.Using || s.State == passcode.Over || s.Kept {
		d.Surface.Wipe()
	}
	if !s.Deadline.Equal(d.sheet.Deadline) {
		d.whole = s.Deadline.Sub(d.Now())
	}
	d.up, d.sheet, d.sent, d.misfit = true, s, false, ""
	d.Redraw()
	d.announce(first)
	d.Surface.Focus(d.look.Entry)
	if first {
		d.Surface.Appear()
		_ = d.Talk.Opened()
	}
}

// announce says what is new. The first words wait until the window is there to say
// them, and are not what was said of a sheet before.
func (d *Dialog) announce(first bool) {
	switch words := d.speech.Changed(d.look.View); {
	case words == "":
	case first || d.greeting != "":
		d.greeting = words
	default:
		d.Surface.Say(words)
	}
}

// Redraw shows the sheet as it is now. A Surface calls it when a lock key changed.
func (d *Dialog) Redraw() {
	d.locks = d.hint()
	v := d.sheet.View(d.Now())
	if d.sent {
		v.Entry, v.OK, v.Cancel, v.NotStarted = false, false, false, false
	}
	d.look = look(v, d.sheet.DigitsOnly, d.locks, d.misfit)
	d.time()
	d.Surface.Draw(d.look)
}

func (d *Dialog) hint() string { return d.sheet.Hint(d.Surface.Locks(), d.keypad) }

// time puts the countdown on the look.
func (d *Dialog) time() {
	d.look.Left, d.look.Whole = d.sheet.Deadline.Sub(d.Now()), d.whole
}

// Tick draws the countdown, speaks it where it is due, and looks at the lock keys.
func (d *Dialog) Tick() {
	if !d.up {
		return
	}
	now := d.Now()
	if !d.until.IsZero() && now.After(d.until) {
		d.Surface.Quit()
		return
	}
	if d.look.Clock != "" {
		d.look.Clock = d.sheet.View(now).Clock
		d.time()
		d.greeting += " " + d.speech.Left(d.look.Left)
	}
	d.Surface.Count(d.look)
	d.say()
	if d.hint() != d.locks {
		d.Redraw()
	}
}

// say says what was waiting for a tick.
func (d *Dialog) say() {
	if words := strings.TrimSpace(d.greeting); words != "" {
		d.Surface.Say(words)
	}
	d.greeting = ""
}
