package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

// unitPath is where systemd looks for units of the administrator (systemd.unit(5)).
const unitPath = "/etc/systemd/system/smartcard-connect-port-service.service"

// unit is what packages ship; packaged is the program in it.
//
//go:embed smartcard-connect-port-service.service
var unit string

const packaged = "/usr/lib/smartcard-connect/port-service"

// unitFor is the unit that starts program.
func unitFor(program string) string { return strings.ReplaceAll(unit, packaged, program) }

// errSystem is said on systems without systemd that are not Windows.
var errSystem = errors.New("installing as a service is not available on " + runtime.GOOS + " yet; start `port-service serve` by other means")

// installCommand writes the unit, or registers the Windows service.
type installCommand struct {
	Print bool `help:"Print the unit, or the service's command line, instead of installing it."`
}

// Help is shown below the verb's own line.
func (installCommand) Help() string { return "Example:\n\n  port-service install --print" }

// Run writes the unit whole or not at all, and says what to do next.
func (c *installCommand) Run() error {
	switch runtime.GOOS {
	case "linux":
	case "windows":
		return installService(c.Print)
	default:
		return errSystem
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	text := unitFor(self)
	if c.Print {
		_, err := fmt.Print(text)
		return err
	}
	if err := os.WriteFile(unitPath+".new", []byte(text), 0o644); err != nil {
		return fmt.Errorf("%w (run as root, or use --print)", err)
	}
	if err := os.Rename(unitPath+".new", unitPath); err != nil {
		return err
	}
	fmt.Println("written", unitPath+"\nnow run: systemctl enable --now smartcard-connect-port-service")
	return nil
}

// uninstallCommand removes the unit or the Windows service.
type uninstallCommand struct{}

// Help is shown below the verb's own line.
func (uninstallCommand) Help() string { return "Example:\n\n  sudo port-service uninstall" }

// Run removes it; it is no error that there is none.
func (uninstallCommand) Run() error {
	switch runtime.GOOS {
	case "linux":
	case "windows":
		return uninstallService()
	default:
		return errSystem
	}
	if err := os.Remove(unitPath); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fmt.Println("removed", unitPath+"\nif it still runs: systemctl stop smartcard-connect-port-service")
	return nil
}
