package gtktest

import (
	"os/exec"
	"strings"
)

// Windows adds a window manager.
func (d *Desktop) Windows() {
	d.t.Helper()
	for _, program := range []string{"openbox", "xterm", "xdotool"} {
		if _, err := exec.LookPath(program); err != nil {
			d.t.Skipf("this machine has no %s: install what ci/debian.packages names", program)
		}
	}
	d.Start("sh", "-c", "echo started; exec openbox")
	Until(d, "a window manager", func() (string, bool) {
		out, err := d.Try("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")
		return out, err == nil && strings.Contains(out, "window id")
	})
}

// Manage adds a window manager and a window in which the person types, and
// returns that window's id.
func (d *Desktop) Manage() string {
	d.t.Helper()
	d.Windows()
	d.Start("sh", "-c", "echo started; exec xterm -T elsewhere -e cat")
	return Until(d, "a window with the keyboard", func() (string, bool) {
		id, err := d.Try("xdotool", "search", "--onlyvisible", "--name", "^elsewhere$")
		if err != nil || id == "" {
			return "", false
		}
		active, _ := d.Try("xdotool", "getactivewindow")
		if active != id {
			_, _ = d.Try("xdotool", "windowactivate", id)
		}
		return id, active == id
	})
}

// Try runs a program on the desktop; it may fail.
func (d *Desktop) Try(name string, args ...string) (string, error) {
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env = d.Env
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// Click gives the form the keyboard, as a person does, and waits until it has it:
// the window manager calls a window active before the window has taken the focus.
func (d *Desktop) Click() string {
	d.t.Helper()
	id := Until(d, "the form's window", func() (string, bool) {
		id, err := d.Try("xdotool", "search", "--onlyvisible", "--name", "Smartcard Connect")
		return id, err == nil && id != ""
	})
	d.Focus(id)
	return id
}

// Focus gives a window the keyboard, and waits until it has it: a window manager calls
// one active before.
func (d *Desktop) Focus(id string) {
	d.t.Helper()
	d.Run("xdotool", "windowactivate", "--sync", id)
	Until(d, "the keyboard's focus in window "+id, func() (bool, bool) {
		focused, err := d.Try("xdotool", "getwindowfocus")
		return true, err == nil && focused == id
	})
}
