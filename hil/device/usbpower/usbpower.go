// Package usbpower switches the power of a USB port: by the file "disable" that
// Linux 6.0 and later have for each port of a hub (Documentation/ABI/testing/
// sysfs-bus-usb), else with the program uhubctl.
//
// What the system can see is whether the device went away, and that is verified:
// a hub that only says that it switches is found out. It cannot see whether the
// hub took the current away too: look at the reader's lamp once, when a hub is
// new on the bench.
//
// A port of a USB 3 hub is two ports, one for each speed; both are switched.
package usbpower

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// ErrStill is wrapped when the port was switched and the reader stayed, or did
// not come back.
var ErrStill = errors.New("the port was switched, and the reader does not follow")

// Settings are those of a bench file.
type Settings struct {
	At      string        `yaml:"at"`      // USB path behind the port, such as 1-1.3; empty is the reader's own
	UHubCtl string        `yaml:"uhubctl"` // the program; empty is uhubctl
	Wait    time.Duration `yaml:"wait"`    // how long the reader may take to go or come; 0 is 10 s
}

// Device is one port. Path must be set.
type Device struct {
	Path    string // of the device behind it, such as 1-1.3 or 1-1.3:1.0
	UHubCtl string
	Wait    time.Duration
	Sysfs   string // empty is /sys
	OS      string // runtime.GOOS
	// Present asks whether the reader is there. Nil looks into sysfs.
	Present func(ctx context.Context) (bool, error)
	Poll    time.Duration // how often it is asked; 0 is 100 ms
}

var (
	_    device.Device = Device{}
	path               = regexp.MustCompile(`^([0-9]+)-([0-9]+(?:\.[0-9]+)*)$`)
)

// Insert cannot be done: it moves no card.
func (Device) Insert(context.Context) error { return cannot("put a card in") }

// Remove cannot be done likewise.
func (Device) Remove(context.Context) error { return cannot("take a card out") }

// Press cannot be done: a port has no fingers.
func (Device) Press(context.Context, string) error { return cannot("press a key") }

func cannot(what string) error {
	return fmt.Errorf("%w: a USB port cannot %s", device.ErrUnsupported, what)
}

// PowerOn switches the port on and waits until the reader is there.
func (d Device) PowerOn(ctx context.Context) error { return d.power(ctx, true) }

// PowerOff switches the port off and waits until the reader is gone.
func (d Device) PowerOff(ctx context.Context) error { return d.power(ctx, false) }

func (d Device) power(ctx context.Context, on bool) error {
	if d.OS == "windows" {
		return fmt.Errorf("%w: Windows cannot switch USB ports, and neither can uhubctl there. Take a gadget of kind serial (a relay in the cable), webhook (a switched socket), manual, or a hub whose power a Linux host switches", device.ErrUnsupported)
	}
	hub, port, err := d.port()
	if err != nil {
		return err
	}
	if err := d.switched(ctx, hub, port, on); err != nil {
		return err
	}
	return d.follow(ctx, on)
}

// port is the hub's USB path and the number of the port. A root hub's is its bus.
func (d Device) port() (hub, port string, err error) {
	dev, _, _ := strings.Cut(d.Path, ":")
	m := path.FindStringSubmatch(dev)
	if m == nil {
		return "", "", fmt.Errorf("%w: USB path %q is not like 1-1.3", device.ErrUnsupported, d.Path)
	}
	if i := strings.LastIndexByte(dev, '.'); i >= 0 {
		return dev[:i], dev[i+1:], nil
	}
	return m[1], m[2], nil
}

// switched writes to sysfs, or asks uhubctl where there is no such file or it is
// not ours to write.
func (d Device) switched(ctx context.Context, hub, port string, on bool) error {
	files, err := d.files(hub, port)
	if err == nil {
		for _, f := range files {
			if err = os.WriteFile(f, map[bool][]byte{true: []byte("0\n"), false: []byte("1\n")}[on], 0); err != nil {
				break
			}
		}
	}
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("switching port %s of hub %s: %w", port, hub, err)
	}
	return d.uhubctl(ctx, hub, port, on, err)
}

// files are the port's "disable" and, on a USB 3 hub, its peer's.
func (d Device) files(hub, port string) ([]string, error) {
	devices := filepath.Join(d.sysfs(), "bus", "usb", "devices")
	pattern := filepath.Join(devices, hub+":*.0", hub+"-port"+port)
	if !strings.Contains(hub, "-") {
		pattern = filepath.Join(devices, hub+"-0:*.0", "usb"+hub+"-port"+port)
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: %w", pattern, fs.ErrNotExist)
	}
	files := []string{filepath.Join(found[0], "disable")}
	if _, err := os.Stat(files[0]); err != nil {
		return nil, err
	}
	if peer := filepath.Join(found[0], "peer", "disable"); exists(peer) {
		files = append(files, peer)
	}
	return files, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// uhubctl runs the program. why is why sysfs would not do.
func (d Device) uhubctl(ctx context.Context, hub, port string, on bool, why error) error {
	program := d.UHubCtl
	if program == "" {
		program = "uhubctl"
	}
	action := map[bool]string{true: "on", false: "off"}[on]
	out, err := exec.CommandContext(ctx, program, "-l", hub, "-p", port, "-a", action).CombinedOutput()
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: port %s of hub %s cannot be switched by the kernel (%w), and %s is not installed.\n%s", device.ErrUnsupported, port, hub, why, program, advice(why))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s -l %s -p %s -a %s: %w: %s\nThe kernel's own switch would not do: %w. %s", program, hub, port, action, err, strings.TrimSpace(string(out)), why, advice(why))
}

func advice(why error) string {
	if errors.Is(why, fs.ErrPermission) {
		return "Let the rig's user write the file: a udev rule that gives its group the ports' \"disable\""
	}
	return "Linux 6.0 or later has the file \"disable\" for ports of hubs; else install uhubctl and a hub from its list"
}

// follow waits until the reader is as the port is.
func (d Device) follow(ctx context.Context, on bool) error {
	wait, poll := d.Wait, d.Poll
	if wait == 0 {
		wait = 10 * time.Second
	}
	if poll == 0 {
		poll = 100 * time.Millisecond
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		there, err := d.present(ctx)
		if err != nil {
			return fmt.Errorf("the port was switched, and whether the reader follows is unknown: %w", err)
		}
		if there == on {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return d.still(on)
		case <-time.After(poll):
		}
	}
}

func (d Device) still(on bool) error {
	if on {
		return fmt.Errorf("%w: %s did not come back. Is its plug in, and is the hub's own power on?", ErrStill, d.Path)
	}
	return fmt.Errorf("%w: %s is still there. Many hubs only say that they can switch; take one from uhubctl's list, or another gadget", ErrStill, d.Path)
}

func (d Device) present(ctx context.Context) (bool, error) {
	if d.Present != nil {
		return d.Present(ctx)
	}
	if d.OS != "linux" {
		return false, fmt.Errorf("%w: no sysfs on %s, and nobody else said", device.ErrUnsupported, d.OS)
	}
	dev, _, _ := strings.Cut(d.Path, ":")
	return exists(filepath.Join(d.sysfs(), "bus", "usb", "devices", dev)), nil
}

func (d Device) sysfs() string {
	if d.Sysfs == "" {
		return "/sys"
	}
	return d.Sysfs
}
