package windows_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// Requirement: the passcode form shows who asks, whose card, tries left and the
// countdown, follows reader and card, warns of the last try, keeps a misfit from
// the card, is cancelled by the person and by a locked session, takes no
// keyboard from where somebody types, and is read by a screen reader: names,
// roles, the passcode protected. Source: issue, point 1 and "Must show". Turned
// red by: whatever the form does not show, say or hand over.
func TestForm(t *testing.T) {
	for _, arch := range []string{"amd64", "386"} {
		t.Run(arch, func(t *testing.T) {
			var steps []step
			visit(t, arch, job{Kind: "form"}, &steps, screens(t, arch)...)
			reportSteps(t, steps)
		})
	}
}

// screens are the options for a screen; one word size makes the pictures.
func screens(t *testing.T, arch string) []string {
	t.Helper()
	if arch != "amd64" {
		return []string{"--display"}
	}
	dir := filepath.Join(repository, "out", "screens")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return []string{"--display", "--bind", dir + "=/screens", "--env", pictures + "=1"}
}

func reportSteps(t *testing.T, steps []step) {
	if len(steps) == 0 {
		t.Error("nothing was done")
	}
	for _, s := range steps {
		t.Run(s.Title, func(t *testing.T) {
			t.Log(s.Took)
			if s.Problem != "" {
				t.Error(s.Problem)
			}
		})
	}
}

// sheet is a moment of a sign-in.
func sheet(state passcode.State) passcode.Sheet {
	s := passcode.Sheet{State: state, Question: passcode.Question{Purpose: "Sign in to Ward round", Application: "Ward round", Environment: "int",
		TriesLeft: -1, Deadline: time.Now().Add(5 * time.Minute), Limit: "TimeToShowPinForm"}}
	if state != passcode.NoReader && state != passcode.NoCard && state != passcode.Reading {
		s.Holder, s.TriesLeft, s.Min, s.Max, s.DigitsOnly = "Rhys Pritchard", 3, 6, 8, true
	}
	return s
}

// asker is the agent's side of a form, from Linux: the form is a program, and
// what they say to each other goes through pipes.
type asker struct {
	onlooker
	window passcode.Window
}

func (a *asker) open(s passcode.Sheet) (err error) {
	screen := &child.Screen{Command: []string{"wine", "/job/smartcard-connect.exe", "passcode-form"}}
	a.window, err = screen.Open(a.ctx, s)
	return err
}

// shows puts a sheet up and waits until a screen reader finds the words.
func (a *asker) shows(s passcode.Sheet, picture string, words ...string) error {
	a.window.Show(s)
	_, err := a.sees(formTitle, words...)
	return errors.Join(err, a.shot(picture))
}

// answers wants the person's next answer to be this.
func (a *asker) answers(secret string, want error) error {
	select {
	case got, open := <-a.window.Answers():
		defer clear(got.Secret)
		if !open || string(got.Secret) != secret || !errors.Is(got.Err, want) {
			return fmt.Errorf("%d bytes, %v; open: %v", len(got.Secret), got.Err, open)
		}
		return nil
	case <-time.After(startTime):
		return errors.New("no answer came")
	}
}

// formed goes through what a form does.
func formed(ctx context.Context, _ job) (any, error) {
	if err := exec.CommandContext(ctx, "wineserver", "-p").Run(); err != nil {
		return nil, err
	}
	a := &asker{onlooker: onlooker{ctx: ctx}}
	defer func() {
		if a.window != nil {
			a.window.Close("")
		}
	}()
	return append(a.typing().steps(), append(a.ending().steps(), append(a.beside().steps(), a.contrast().steps()...)...)...), nil
}

func (a *asker) typing() life {
	wrong := sheet(passcode.Ready)
	wrong.TriesLeft, wrong.Problem = 1, "wrong passcode: one try left before the card locks"
	kept := sheet(passcode.NoCard)
	kept.Kept = true
	return life{
		{"it comes up and wants a reader", func() error {
			if err := a.open(sheet(passcode.NoReader)); err != nil {
				return err
			}
			_, err := a.sees(formTitle, `TEST: environment "int"`, "Sign in to Ward round", "Asked for by: Ward round", "Connect a smartcard reader.", "Time left: 4:", "(TimeToShowPinForm)")
			return errors.Join(err, a.shot("no-reader"))
		}},
		{"it wants a card", func() error { return a.shows(sheet(passcode.NoCard), "insert-card", "Insert your smartcard.") }},
		{"it reads the card", func() error { return a.shows(sheet(passcode.Reading), "reading", "Your smartcard is being read.") }},
		{"it says whose card it is and what a passcode is", func() error {
			return a.shows(sheet(passcode.Ready), "ready", "Card of: Rhys Pritchard", "Tries left: 3", "The passcode has 6 to 8 digits.")
		}},
		{"a screen reader finds every part", a.parts},
		{"a misfit stays on the form", func() error {
			if err := errors.Join(a.types("12345"), a.presses("Return")); err != nil {
				return err
			}
			_, err := a.sees(formTitle, "Too short: a passcode for this card has 6 to 8 digits; no try was spent")
			return errors.Join(err, a.shot("misfit"))
		}},
		{"what is typed is handed over", func() error {
			return errors.Join(a.types("1234567"), a.shot("typed"), a.presses("Return"), a.answers("1234567", nil))
		}},
		{"while the card works nothing can be pressed", func() error {
			if err := a.shows(sheet(passcode.Using), "using", "The smartcard is working. Leave it in."); err != nil {
				return err
			}
			return a.unavailable("OK", "Cancel", "I did not start this")
		}},
		{"it warns of the last try", func() error {
			return a.shows(wrong, "last-try", "Wrong passcode: one try left", "WARNING: this is the last try.")
		}},
		{"Escape cancels", func() error { return errors.Join(a.presses("Escape"), a.answers("", passcode.ErrCancelled)) }},
		{"it asks for the reader's keys", func() error {
			return a.shows(sheet(passcode.Keypad), "keypad", "Type your passcode on the reader's keypad")
		}},
		{"a passcode typed early is kept", func() error {
			return errors.Join(a.shows(sheet(passcode.NoCard), "", "Insert"), a.types("123456"), a.presses("Return"), a.answers("123456", nil),
				a.shows(kept, "kept", "The passcode you typed is kept until then."))
		}},
		{"it says that Caps Lock is on, where letters are allowed", func() error {
			letters := sheet(passcode.Ready)
			letters.DigitsOnly = false
			return errors.Join(a.shows(letters, "", "letters, digits or signs"), a.presses("Caps_Lock"), a.shows(letters, "caps-lock", "Caps Lock is on."), a.presses("Caps_Lock"))
		}},
		{"the mnemonic of “I did not start this” works", func() error {
			return errors.Join(a.presses("alt+n"), a.answers("", passcode.ErrNotStarted))
		}},
	}
}

// parts are what a screen reader is told: the passcode by its label, protected
// and not to be read, buttons, the bar beside the countdown.
func (a *asker) parts() error {
	all, err := a.sees(formTitle, "Passcode")
	if err != nil {
		return err
	}
	entry, err := find(all, classEntry, "Passcode:")
	switch {
	case err != nil:
		return err
	case entry.Role != roleEntry:
		return fmt.Errorf("the passcode's role is %d", entry.Role)
	case entry.State&stateProtected == 0 || entry.State&stateFocused == 0:
		return fmt.Errorf("the passcode's state is %#x", entry.State)
	case !entry.Refused || entry.Value != "":
		return fmt.Errorf("the passcode can be read: %+v", entry)
	}
	for _, name := range []string{"OK", "Cancel", "I did not start this"} {
		b, err := find(all, classButton, name)
		if err != nil {
			return err
		}
		if b.Bottom-b.Top < 36 || b.State&stateUnavailable != 0 {
			return fmt.Errorf("%s is %d high, its state is %#x", name, b.Bottom-b.Top, b.State)
		}
	}
	_, err = find(all, classProgress, "")
	return err
}

func (a *asker) unavailable(buttons ...string) error {
	all, err := a.tree(formTitle)
	for _, name := range buttons {
		b, missing := find(all, classButton, name)
		if err = errors.Join(err, missing); missing == nil && b.State&stateUnavailable == 0 {
			err = errors.Join(err, fmt.Errorf("%s can be pressed", name))
		}
	}
	return err
}
