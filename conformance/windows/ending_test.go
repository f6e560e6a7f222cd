package windows_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// ending is how a form goes.
func (a *asker) ending() life {
	const over = "The time to type the passcode (TimeToShowPinForm) is over."
	again := func(s passcode.Sheet) error {
		if err := a.open(s); err != nil {
			return err
		}
		_, err := a.sees(formTitle, "Sign in to")
		return err
	}
	soon := sheet(passcode.Ready)
	return life{
		{"when time is up it says which limit that was", func() error {
			a.window.Close(over)
			all, err := a.sees(formTitle, over, "Close")
			if err != nil {
				return err
			}
			if _, err := find(all, classEntry, ""); err == nil {
				return errors.New("a passcode can still be typed")
			}
			return a.shot("time-up")
		}},
		{"it goes when it is closed", func() error { return errors.Join(a.presses("Return"), a.gone(formTitle)) }},
		{"a card that was taken out is said to be", func() error {
			if err := again(sheet(passcode.Ready)); err != nil {
				return err
			}
			a.window.Close("The smartcard was taken out too early.")
			_, err := a.sees(formTitle, "The smartcard was taken out too early.")
			return errors.Join(err, a.shot("card-out"), a.presses("Escape"), a.gone(formTitle))
		}},
		{"a locked session cancels", func() error {
			if err := again(sheet(passcode.Ready)); err != nil {
				return err
			}
			out, err := a.run("lock", formTitle)
			if err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			err = a.answers("", passcode.ErrCancelled)
			a.window.Close("")
			return errors.Join(err, a.gone(formTitle))
		}},
		{"the countdown is spoken at its marks", func() error {
			if err := again(sheet(passcode.Ready)); err != nil { // up before the mark, however long that takes
				return err
			}
			soon.Deadline = time.Now().Add(62 * time.Second)
			a.window.Show(soon)
			_, err := a.sees(formTitle, "1 minute left.")
			return errors.Join(err, a.shot("counting"))
		}},
		{"the longest names leave the buttons where they can be reached", func() error {
			long := sheet(passcode.Ready)
			long.TriesLeft, long.Problem = 1, "wrong passcode: one try left before the card locks"
			long.Purpose, long.Application = "Sign in to "+strings.Repeat("Very long name ", 10), strings.Repeat("W", 200)
			if err := a.shows(long, "long-names", "WWWW", "Very long name"); err != nil {
				return err
			}
			all, err := a.tree(formTitle)
			if err != nil {
				return err
			}
			if w := all[0]; w.Bottom > 768 || w.Right-w.Left > 700 {
				return fmt.Errorf("the form is %+v", w)
			}
			a.window.Close("")
			return a.gone(formTitle)
		}},
	}
}

// beside is a form that comes while a person types elsewhere.
func (a *asker) beside() life {
	return life{{"it takes no keyboard from where somebody types", func() error {
		note := exec.CommandContext(a.ctx, "wine", "notepad")
		if err := note.Start(); err != nil {
			return err
		}
		defer func() {
			_ = note.Process.Kill()
			if a.window != nil {
				a.window.Close("")
			}
		}()
		all, err := a.sees("Untitled")
		if err != nil {
			return err
		}
		if err := a.clicks(all[0]); err != nil {
			return err
		}
		if err := a.until(func(p piece) bool { return p.State&stateFocused != 0 }, "Untitled"); err != nil {
			return err
		}
		if err := a.types("before "); err != nil {
			return err
		}
		if err := a.open(sheet(passcode.NoCard)); err != nil {
			return err
		}
		if _, err := a.sees(formTitle, "Insert your smartcard."); err != nil {
			return err
		}
		if err := errors.Join(a.types("after"), a.shot("elsewhere")); err != nil {
			return err
		}
		return a.until(func(p piece) bool { return strings.Contains(p.Value, "before after") }, "*Untitled", "Untitled")
	}}}
}
