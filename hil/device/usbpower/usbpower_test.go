package usbpower_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/usbpower"
)

// tree is a fake sysfs with a hub 1-1 on bus 1, and readers at 1-1.3 and 1-2.
// It has the files of Linux 6.0 where modern, and the hub's port 3 a USB 3 peer.
func tree(t *testing.T, modern bool) string {
	t.Helper()
	root := t.TempDir()
	devices := filepath.Join(root, "bus", "usb", "devices")
	for _, dir := range []string{"1-1.3", "1-2", "1-1:1.0/1-1-port3", "1-0:1.0/usb1-port2", "2-1:1.0/2-1-port3"} {
		if err := os.MkdirAll(filepath.Join(devices, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../2-1:1.0/2-1-port3", filepath.Join(devices, "1-1:1.0/1-1-port3/peer")); err != nil {
		t.Fatal(err)
	}
	for _, port := range []string{"1-1:1.0/1-1-port3", "1-0:1.0/usb1-port2", "2-1:1.0/2-1-port3"} {
		if modern {
			put(t, filepath.Join(devices, port, "disable"), "0\n")
		}
	}
	return root
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// obeys is a reader that is there while the file says 0, as the kernel does.
func obeys(file string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		b, err := os.ReadFile(file)
		return strings.TrimSpace(string(b)) == "0", err
	}
}

func needUnix(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the fake sysfs has colons in its names, which Windows has not")
	}
}

// Requirement: the port's "disable" in sysfs is written, for the port and for
// its USB 3 peer, on hubs and on root hubs. Source: facts on libraries, "USB port
// power". Turned red by: another file or value, or forgetting the peer.
func TestPortIsSwitchedInSysfs(t *testing.T) {
	needUnix(t)
	for path, files := range map[string][]string{
		"1-1.3:1.0": {"1-1:1.0/1-1-port3/disable", "2-1:1.0/2-1-port3/disable"},
		"1-2":       {"1-0:1.0/usb1-port2/disable"},
	} {
		root := tree(t, true)
		file := func(name string) string { return filepath.Join(root, "bus/usb/devices", name) }
		d := usbpower.Device{Path: path, Sysfs: root, OS: "linux", UHubCtl: "/nowhere/uhubctl", Present: obeys(file(files[0]))}
		for want, do := range map[string]func(context.Context) error{"1": d.PowerOff, "0": d.PowerOn} {
			if err := do(t.Context()); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			for _, f := range files {
				if got := text(t, file(f)); got != want {
					t.Errorf("%s: %s has %q, want %q", path, f, got, want)
				}
			}
		}
	}
}

// Requirement: a hub that does not switch is found out, by the reader that stays;
// without another witness, by sysfs itself. Source: facts, "verify with reader
// disappearing; do not trust ppps flag". Turned red by: believing the write.
func TestReaderThatStaysIsFoundOut(t *testing.T) {
	needUnix(t)
	root := tree(t, true)
	d := usbpower.Device{Path: "1-1.3", Sysfs: root, OS: "linux", Wait: time.Millisecond, Poll: time.Microsecond}
	if err := d.PowerOff(t.Context()); !errors.Is(err, usbpower.ErrStill) || !strings.Contains(err.Error(), "still there") {
		t.Errorf("off: %v", err)
	}
	if err := os.Remove(filepath.Join(root, "bus/usb/devices/1-1.3")); err != nil {
		t.Fatal(err)
	}
	if err := d.PowerOff(t.Context()); err != nil {
		t.Errorf("off, and gone: %v", err)
	}
	if err := d.PowerOn(t.Context()); !errors.Is(err, usbpower.ErrStill) || !strings.Contains(err.Error(), "come back") {
		t.Errorf("on: %v", err)
	}
	d.OS = "darwin"
	d.UHubCtl = "/bin/true"
	if err := d.PowerOff(t.Context()); !errors.Is(err, device.ErrUnsupported) {
		t.Errorf("nobody looked, and it says %v", err)
	}
}

// Requirement: where the kernel has no switch uhubctl is asked, in its words;
// what it says about a failure is kept. Source: uhubctl's README (-l, -p, -a).
// Turned red by: other flags, or losing its message.
func TestUHubCtlIsTheFallback(t *testing.T) {
	needUnix(t)
	root := tree(t, false)
	script := filepath.Join(root, "uhubctl")
	put(t, script, "#!/bin/sh\necho \"$*\" >> "+root+"/said\n")
	d := usbpower.Device{Path: "1-1.3", Sysfs: root, OS: "linux", UHubCtl: script, Present: func(context.Context) (bool, error) {
		b, err := os.ReadFile(root + "/said")
		return !strings.HasSuffix(string(b), "off\n"), err
	}}
	if err := errors.Join(d.PowerOff(t.Context()), d.PowerOn(t.Context())); err != nil {
		t.Fatal(err)
	}
	d.Path = "1-2"
	if err := d.PowerOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "-l 1-1 -p 3 -a off\n-l 1-1 -p 3 -a on\n-l 1 -p 2 -a off"; text(t, root+"/said") != want {
		t.Errorf("said\n%s\nwant\n%s", text(t, root+"/said"), want)
	}
	put(t, script, "#!/bin/sh\necho 'No compatible devices detected at location 1'\nexit 1\n")
	if err := d.PowerOff(t.Context()); err == nil || !strings.Contains(err.Error(), "No compatible devices") || !strings.Contains(err.Error(), "6.0") {
		t.Errorf("error %v", err)
	}
}

// Requirement: what cannot be done says what to do instead. Source: facts,
// "uhubctl cannot switch power on Windows". Turned red by: trying, or a bare
// refusal.
func TestWhatCannotBeDone(t *testing.T) {
	ctx := t.Context()
	for name, row := range map[string]struct {
		err  error
		says string
	}{
		"windows":    {usbpower.Device{Path: "1-1.3", OS: "windows"}.PowerOff(ctx), "kind serial"},
		"no program": {usbpower.Device{Path: "1-1.3", OS: "linux", Sysfs: t.TempDir(), UHubCtl: "/nowhere/uhubctl"}.PowerOff(ctx), "not installed"},
		"no path":    {usbpower.Device{Path: "Virtual PCD 00 00", OS: "linux"}.PowerOn(ctx), "not like 1-1.3"},
		"a flag":     {usbpower.Device{Path: "-x", OS: "linux"}.PowerOn(ctx), "not like 1-1.3"},
		"insert":     {usbpower.Device{}.Insert(ctx), "card in"},
		"remove":     {usbpower.Device{}.Remove(ctx), "card out"},
		"press":      {usbpower.Device{}.Press(ctx, "1"), "key"},
	} {
		if !errors.Is(row.err, device.ErrUnsupported) || !strings.Contains(row.err.Error(), row.says) {
			t.Errorf("%s: %v", name, row.err)
		}
	}
}
