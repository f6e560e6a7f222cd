// Package gtktest is a desktop of its own for tests: a screen, a session bus, a
// window manager, and what a screen reader sees there.
package gtktest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Desktop is a screen of its own with a session bus and the accessibility bus,
// as a person's login would have.
type Desktop struct {
	t   testing.TB
	Env []string // of programs on it
}

// Login starts one. It skips where the programs are missing, by name.
func Login(t testing.TB) *Desktop {
	t.Helper()
	for _, program := range []string{"Xvfb", "dbus-daemon", "import", "xrandr"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("this machine has no %s: install what ci/debian.packages names", program)
		}
	}
	if _, err := os.Stat("/usr/share/dbus-1/services/org.a11y.Bus.service"); err != nil {
		t.Skip("this machine has no at-spi2-core: install what ci/debian.packages names")
	}
	runtime := t.TempDir()
	d := &Desktop{t: t, Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + runtime, "XDG_RUNTIME_DIR=" + runtime, "LANG=C.UTF-8",
		"NO_AT_BRIDGE=0", "GTK_IM_MODULE=gtk-im-context-simple", "GDK_BACKEND=x11"}}
	screen := d.Start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset")
	d.Env = append(d.Env, "DISPLAY=:"+screen)
	d.Env = append(d.Env, "DBUS_SESSION_BUS_ADDRESS="+d.Start("dbus-daemon", "--session", "--nofork", "--print-address=1"))
	return d
}

// Start runs a program until the test ends and returns its first line.
func (d *Desktop) Start(name string, args ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env, cmd.WaitDelay = d.Env, time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		d.t.Fatalf("%s says nothing: %v", name, err)
	}
	return strings.TrimSpace(line)
}

// Shoot writes out/screens/NAME.png at the top of the repository.
func (d *Desktop) Shoot(name string) {
	d.t.Helper()
	dir := filepath.Join(root(), "out", "screens")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	d.Run("import", "-window", "root", filepath.Join(dir, name+".png"))
}

// Run runs a program on the desktop and returns what it prints.
func (d *Desktop) Run(name string, args ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env = d.Env
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s: %v: %s", name, err, out)
	}
	return string(out)
}

// Until polls for what the desktop takes a while to do.
func Until[T any](d *Desktop, what string, look func() (T, bool)) T {
	d.t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for time.Now().Before(limit) {
		if v, ok := look(); ok {
			return v
		}
		time.Sleep(20 * time.Millisecond)
	}
	d.t.Fatal(fmt.Sprintf("%s did not happen", what))
	panic("unreachable")
}

// root is the repository's folder.
func root() string {
	dir := "."
	for range 8 {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Join("..", dir)
	}
	return dir
}
