//go:build linux && (amd64 || arm64)

package gtk_test

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

// desktop is a screen of its own with a session bus and the accessibility bus,
// as a person's login would have.
type desktop struct {
	t   *testing.T
	env []string
}

// login starts one. It skips where the programs are missing, by name.
func login(t *testing.T) *desktop {
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
	d := &desktop{t: t, env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + runtime, "XDG_RUNTIME_DIR=" + runtime, "LANG=C.UTF-8",
		"NO_AT_BRIDGE=0", "GTK_IM_MODULE=gtk-im-context-simple", "GDK_BACKEND=x11"}}
	screen := d.start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset")
	d.env = append(d.env, "DISPLAY=:"+screen)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+d.start("dbus-daemon", "--session", "--nofork", "--print-address=1"))
	return d
}

// start runs a program until the test ends and returns its first line.
func (d *desktop) start(name string, args ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env, cmd.WaitDelay = d.env, time.Second
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

// shoot writes out/screens/NAME.png at the top of the repository.
func (d *desktop) shoot(name string) {
	d.t.Helper()
	dir := filepath.Join("..", "..", "..", "out", "screens")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	d.run("import", "-window", "root", filepath.Join(dir, name+".png"))
}

// run runs a program on the desktop and returns what it prints.
func (d *desktop) run(name string, args ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s: %v: %s", name, err, out)
	}
	return string(out)
}

// until polls for what the desktop takes a while to do. The end of the test is
// its bound.
func until[T any](d *desktop, what string, look func() (T, bool)) T {
	d.t.Helper()
	limit, _ := d.t.Deadline()
	if limit.IsZero() || time.Until(limit) > 30*time.Second {
		limit = time.Now().Add(30 * time.Second)
	}
	for time.Now().Before(limit) {
		if v, ok := look(); ok {
			return v
		}
		time.Sleep(20 * time.Millisecond)
	}
	d.t.Fatal(fmt.Sprintf("%s did not happen", what))
	panic("unreachable")
}
