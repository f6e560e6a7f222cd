//go:build linux && cgo && (amd64 || arm64)

package desktop_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode/gtk/gtktest"
	"github.com/smartcard-connect/smartcard-connect/conformance/leak"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
)

// need are the programs of a desktop.
var need = []string{"Xvfb", "dbus-daemon", "xdotool", "openbox", "xterm", "import"}

// begun is a sign-in that runs beside the test; the channel brings its ticket.
func (c *cell) begun(ctx context.Context) <-chan string {
	ticket := make(chan string, 1)
	go func() {
		defer close(ticket)
		ticket <- c.signInBy(ctx, ways["json"])
	}()
	return ticket
}

// Requirement: the built agent signs in through its form: no card is in at
// first, the form says so, follows the reader when one is put in, takes the
// passcode from a screen reader's hands and ends (issue, "GTK form driven
// through AT-SPI (names and roles asserted)"). Turned red by: a part of the form
// without role or name, or an agent that does not start its form.
func TestFormSignsIn(t *testing.T) {
	if !inCell(t, need...) {
		return
	}
	d := gtktest.Login(t)
	a := gtktest.Listen(t, d)
	c := setup(t, "9", passcode, d.Env...)
	c.remove()
	c.agent(bench.AgentOptions{Prompter: "gtk"})
	ticket := c.begun(t.Context())
	a.Shows("frame: TEST Smartcard Connect int", "label: Sign in to", "label: Insert your smartcard", "push button: Cancel", "push button: I did not start this")
	d.Shoot("agent-no-card")
	c.insert()
	a.Shows("label: Passcode:", "password text: Passcode", "label: Tries left: 3", "label: Card of: ", "push button: OK")
	d.Shoot("agent-ready")
	a.Enter(passcode)
	a.Press("OK")
	if <-ticket == "" {
		t.Error("nobody is signed in")
	}
}

// mistyped occurs nowhere else, not even on the card.
const mistyped = "7264915"

// Requirement: a passcode that is typed into the form lies afterwards neither in
// the form's process, which asks again after a wrong one, nor in the agent's
// (issue, "A memory scan of the live process and a core file"). Turned red by:
// GTK's own text buffer, or a pipe read into ordinary memory.
func TestFormKeepsNothing(t *testing.T) {
	for _, series := range []string{"8", "9"} {
		t.Run("series"+series, func(t *testing.T) {
			if !inCell(t, append(need, "gcore")...) {
				return
			}
			d := gtktest.Login(t)
			d.Windows()
			a := gtktest.Listen(t, d)
			c := setup(t, series, passcode, d.Env...)
			c.agent(bench.AgentOptions{Prompter: "gtk"})
			ticket := c.begun(t.Context())
			a.Shows("label: Tries left: 3")
			d.Click()
			w := leak.Wanted{}
			w.Look("mistyped", []byte(mistyped))
			keys(d, mistyped)
			gtktest.Until(d, "what is typed in the form's memory", func() (bool, bool) {
				return true, len(inMemory(t, w, c.only("passcode-form"))) > 0
			})
			d.Run("xdotool", "key", "Return")
			a.Shows("label: Tries left: 2")
			c.clean(w, c.only("run"))
			c.clean(w, c.only("passcode-form"))
			if found := inCore(t, w, c.only("passcode-form")); len(found) > 0 {
				t.Errorf("in the form's core file there is %q", found)
			}
			w.Look("passcode", []byte(passcode))
			keys(d, passcode)
			d.Run("xdotool", "key", "Return")
			w.Look("ticket", []byte(<-ticket))
			c.wire.Add(w)
			c.clean(w, c.only("run"))
		})
	}
}

// keys types on the keyboard of the desktop.
func keys(d *gtktest.Desktop, text string) {
	for _, key := range text {
		d.Run("xdotool", "key", string(key))
	}
}

// Requirement: the built agent signs in through a pinentry of desktops (issue,
// "pinentry"). Turned red by: an environment without the person's display.
func TestPinentrySignsIn(t *testing.T) {
	if !inCell(t, append(need, "pinentry-gtk-2")...) {
		return
	}
	d := gtktest.Login(t)
	d.Windows()
	c := setup(t, "8", passcode, d.Env...)
	c.agent(bench.AgentOptions{Prompter: "pinentry", Pinentry: []string{"pinentry-gtk-2"}})
	ticket := c.begun(t.Context())
	window := gtktest.Until(d, "a window that asks", func() (string, bool) {
		id, err := d.Try("xdotool", "search", "--onlyvisible", "--class", "pinentry")
		return id, err == nil && id != ""
	})
	d.Focus(strings.Fields(window)[0])
	d.Shoot("agent-pinentry")
	keys(d, passcode)
	d.Run("xdotool", "key", "Return")
	if <-ticket == "" {
		t.Error("nobody is signed in")
	}
}

// Requirement: the built agent signs in on the terminal that it was started
// from, where nothing that is typed shows (issue, "terminal"). Turned red by: an
// echo, or a prompt that does not reach the person.
func TestTerminalSignsIn(t *testing.T) {
	if !inCell(t) {
		return
	}
	c := setup(t, "8", passcode)
	screen := c.onTerminal()
	ticket := c.begun(t.Context())
	shown := ""
	for room := make([]byte, 4096); !strings.Contains(shown, "asscode:"); {
		n, err := screen.Read(room)
		if err != nil {
			t.Fatalf("%v after %q", err, shown)
		}
		shown += string(room[:n])
	}
	if _, err := screen.WriteString(passcode + "\n"); err != nil {
		t.Fatal(err)
	}
	if <-ticket == "" {
		t.Error("nobody is signed in")
	}
	room := make([]byte, 4096)
	if n, _ := screen.Read(room); strings.Contains(shown+string(room[:n]), passcode) {
		t.Errorf("the terminal shows it: %q", room[:n])
	}
}

// onTerminal starts the agent on a terminal, without a port service, and returns
// the person's end of it (pty(7)).
func (c *cell) onTerminal() *os.File {
	c.t.Helper()
	file := filepath.Join(c.Dir, "settings.json")
	text := fmt.Sprintf(`{"issuers":[{"url":%q,"environment":"int"}],"prompter":"terminal"}`, c.Issuer)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	screen, terminal := pty(c.t)
	cmd := exec.Command(filepath.Join(programs, "smartcard-connect"), "run", "--settings", file, "--log-folder", "-", "--session-dir", c.Dir)
	cmd.Env, cmd.Stdin, cmd.SysProcAttr = c.Env, terminal, &syscall.SysProcAttr{Setsid: true, Setctty: true}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if _, err := out.Read(make([]byte, 1)); err != nil {
		c.t.Fatal(err)
	}
	return screen
}

func pty(t testing.TB) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return screen, terminal
}
