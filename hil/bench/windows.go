package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// In the Wine box (ci/winebox) pcscd runs already, and Windows programs see / as
// the drive on which they start, so that a path is the same for both worlds.
const (
	pipe = `\\.\pipe\smartcard-connect-ports` // where agents register with the port service
	// bootTime is how long Wine may take to start one program: its Windows has
	// just booted, and the machine may be busy.
	bootTime = 2 * time.Minute
)

// windows says whether the product's programs, and the one that judges them, are
// Windows programs here.
func (b *Bench) windows() bool { return b.Arch != "" }

// Judging is the name of the file that holds a program which judges or is judged
// in a cell: smartcard-connect, or smartcard-connect-windows-386.exe.
func Judging(c cell.Cell, name string) string {
	if c.Kind == rig.Windows {
		return name + "-windows-" + c.Arch + ".exe"
	}
	return name
}

// ours is how a program that judges or is judged is started. Errors wrap
// ErrMissing.
func (b *Bench) ours(name string, args ...string) (part.Program, error) {
	if !b.windows() {
		path, err := b.Programs.Built(name)
		return part.Program{Name: name, Path: path, Args: args}, err
	}
	path, err := b.Programs.Built(Judging(cell.Cell{Kind: rig.Windows, Arch: b.Arch}, name))
	if err != nil {
		return part.Program{}, err
	}
	wine, err := b.Programs.System("wine")
	return part.Program{Name: name, Path: wine, Args: append([]string{path}, args...)}, err
}

// boot starts Windows and leaves it running: what boots beside the first program
// would keep that one's outputs open, and boot again after the last. Where it runs
// already, this shows that it still starts programs.
func (b *Bench) boot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	for _, command := range [][]string{{"wineserver", "-p"}, {"wine", "cmd", "/c", "exit 0"}} {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Env = b.Env
		err := cmd.Run()
		if ended := (*exec.ExitError)(nil); command[0] == "wineserver" && errors.As(err, &ended) && ended.ExitCode() == serves {
			continue
		}
		if err != nil {
			return fmt.Errorf("Wine does not start: %s: %w", strings.Join(command, " "), err)
		}
	}
	return nil
}

// serves is how wineserver exits where one runs already (Wine, server/request.c,
// acquire_lock).
const serves = 2

// opener writes down addresses instead of opening them, for a Windows program:
// Wine's start runs a program of the world around it.
func (b *Bench) opener(opened string) ([]string, error) {
	if !b.windows() {
		return []string{"/bin/sh", "-c", `printf '%s\n' "$2" >> "$1"`, "opener", opened}, nil
	}
	script := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$1\" >>%s\n", opened)
	return []string{"start.exe", "/unix", b.path("opener")}, os.WriteFile(b.path("opener"), []byte(script), 0o755)
}

// checkBox is what can be said of the box's own pcscd, whose protocol is newer
// than the one that package pcscd speaks: it takes calls.
func (b *Bench) checkBox(ctx context.Context) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", pcscd.Socket)
	if err != nil {
		return fmt.Errorf("%w: %w", pcscd.ErrNoAnswer, err)
	}
	return c.Close()
}
