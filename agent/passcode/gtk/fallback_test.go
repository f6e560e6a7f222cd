//go:build linux && (amd64 || arm64)

package gtk_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/gtk/gtktest"
)

// onTerminal makes this program ask in the terminal that runs it, by the prompter
// that is named.
const onTerminal = "SMARTCARD_CONNECT_TEST_TERMINAL"

// askOnTerminal ends with the number of characters that were typed.
func askOnTerminal(name string) {
	var p passcode.Prompter = &passcode.Terminal{}
	if name != "terminal" {
		tty, _ := os.Readlink("/proc/self/fd/0")
		p = &passcode.Pinentry{Command: []string{name}, Options: []string{"ttyname=" + tty, "ttytype=xterm", "lc-ctype=C.UTF-8"}}
	}
	secret, err := p.Ask(context.Background(), question())
	clear(secret)
	fmt.Println(len(secret), err)
	_ = os.WriteFile(os.Getenv("SMARTCARD_CONNECT_TEST_RESULT"), fmt.Appendf(nil, "%d %v", len(secret), err), 0o600)
}

func question() passcode.Question {
	s := sheet(passcode.Ready)
	s.TriesLeft, s.Problem = 1, "wrong passcode: one try left before the card locks"
	return s.Question
}

// Requirement: where there is no form, pinentry and the terminal show the same
// things in a way that can be read (issue, "pinentry, terminal; screenshots of
// every form and state"). Turned red by: text that a program does not show, or
// keys that it does not take.
func TestFallbacks(t *testing.T) {
	d := gtktest.Login(t)
	d.Manage()
	for _, name := range []string{"terminal", "pinentry-tty", "pinentry-curses"} {
		if _, err := exec.LookPath(name); err != nil && name == "pinentry-curses" {
			t.Log("this machine has no pinentry-curses: no picture of it")
			continue
		}
		dir := t.TempDir()
		result, shown := dir+"/result", dir+"/shown"
		env := fmt.Sprintf("%s=%s SMARTCARD_CONNECT_TEST_RESULT=%s", onTerminal, name, result)
		d.Start("sh", "-c", "echo started; exec env "+env+" xterm -geometry 100x24 -T asking -e script -qfc "+os.Args[0]+" "+shown)
		id := gtktest.Until(d, "a terminal", func() (string, bool) {
			id, err := d.Try("xdotool", "search", "--onlyvisible", "--name", "^asking$")
			return id, err == nil && id != ""
		})
		d.Run("xdotool", "windowactivate", "--sync", id)
		gtktest.Until(d, name+"'s question", func() (bool, bool) { // what is typed before it is thrown away
			b, _ := os.ReadFile(shown)
			return true, bytes.Contains(b, []byte("Passcode:"))
		})
		time.Sleep(time.Second) // what a terminal shows cannot be asked for
		d.Shoot(name)
		d.Run("xdotool", "type", "123456")
		d.Run("xdotool", "key", "Return")
		got := gtktest.Until(d, name+"'s answer", func() (string, bool) {
			b, err := os.ReadFile(result)
			return string(b), err == nil
		})
		if got != "6 <nil>" {
			t.Errorf("%s: %s", name, got)
		}
		gtktest.Until(d, "the terminal going", func() (bool, bool) {
			id, _ := d.Try("xdotool", "search", "--onlyvisible", "--name", "^asking$")
			return true, id == ""
		})
	}
}

// Requirement: as above, for the pinentry of desktops. Turned red by: a window
// that has no room for the text.
func TestPinentryGTK(t *testing.T) {
	if _, err := exec.LookPath("pinentry-gtk-2"); err != nil {
		t.Skip("this machine has no pinentry-gtk-2: install what ci/debian.packages names")
	}
	d := gtktest.Login(t)
	d.Manage()
	p := &passcode.Pinentry{Command: append(append([]string{"env", "-i"}, d.Env...), "pinentry-gtk-2"), Options: []string{"no-grab"}}
	done := make(chan string, 1)
	go func() {
		secret, err := p.Ask(t.Context(), question())
		clear(secret)
		done <- fmt.Sprint(len(secret), " ", err)
	}()
	id := gtktest.Until(d, "pinentry's window", func() (string, bool) {
		id, err := d.Try("xdotool", "search", "--onlyvisible", "--name", "^TEST Smartcard Connect")
		return id, err == nil && id != ""
	})
	d.Focus(strings.Fields(id)[0])
	time.Sleep(time.Second) // what it draws cannot be asked for
	d.Shoot("pinentry-gtk-2")
	d.Run("xdotool", "type", "123456")
	d.Run("xdotool", "key", "Return")
	if got := <-done; got != "6 <nil>" {
		t.Error(got)
	}
}
