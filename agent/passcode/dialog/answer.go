package dialog

import "github.com/smartcard-connect/smartcard-connect/agent/passcode"

// Confirm is OK: it hands over what was typed. With a card that has been read a
// misfit goes no further than here.
func (d *Dialog) Confirm() {
	if !d.look.OK || d.sent {
		return
	}
	text := d.Surface.Typed()
	defer clear(text[:cap(text)])
	if d.sheet.State == passcode.Ready {
		if err := d.sheet.Rule().Check(text); err != nil {
			d.refuse(passcode.Sentence(err.Error()))
			return
		}
	}
	if len(text) == 0 {
		return // nothing to keep
	}
	d.Surface.Wipe()
	d.answer(func() error { return d.Talk.Passcode(text) })
}

// refuse has the passcode typed again.
func (d *Dialog) refuse(why string) {
	d.misfit = why
	d.Surface.Wipe()
	d.Redraw()
	d.Surface.Say(why)
	d.Surface.Focus(true)
}

// Cancel is no, and Close once it is over.
func (d *Dialog) Cancel() {
	switch {
	case d.sheet.State == passcode.Over:
		d.Surface.Quit()
	case d.look.Cancel:
		d.answer(d.Talk.Cancel)
	}
}

// NotStarted is "I did not start this".
func (d *Dialog) NotStarted() {
	if d.look.NotStarted {
		d.answer(d.Talk.NotStarted)
	}
}

// Keypad is a key on the right of the keyboard, pressed without Num Lock: from now on
// the person is told of that key.
func (d *Dialog) Keypad() {
	if !d.keypad {
		d.keypad = true
		d.Redraw()
	}
}

// Field says whether a passcode may be typed now.
func (d *Dialog) Field() bool { return d.look.Entry }

// answer is given once for each sheet. An agent that does not listen has gone.
func (d *Dialog) answer(say func() error) {
	if d.sent {
		return
	}
	d.sent = true
	if say() != nil {
		d.Surface.Quit()
	}
	d.Redraw()
}
