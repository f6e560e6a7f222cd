// Package bench builds what one cell needs and takes it down again: a private
// pcscd, a card in its virtual reader, the identity provider, the port service
// and the agent. It runs inside the cell's own namespaces.
package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// ErrMissing is wrapped when a program or library that the bench needs is not
// on this machine. The text says how to get it.
var ErrMissing = errors.New("something the bench needs is not here")

// Names of the programs, as keys and as file names in the folder of built ones.
const (
	CardEmu     = "cardemu"
	MockCIS2    = "mockcis2"
	PortService = "port-service"
	Agent       = "smartcard-connect"
	Pinentry    = "scripted-pinentry"
	Conformance = "conformance"
	PCSCD       = "pcscd"
	Chromium    = "chromium"
)

// driver is the reader driver that Debian's vsmartcard-vpcd installs.
const driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"

// Programs finds programs: our own in Bin, the system's on the search path.
type Programs struct {
	Bin string // absolute folder with the built programs
}

// Built is the path of one of our own programs. Errors wrap ErrMissing.
func (p Programs) Built(name string) (string, error) {
	path := filepath.Join(p.Bin, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", fmt.Errorf("%w: %s is not built; run make build", ErrMissing, path)
	}
	return path, nil
}

// All of our own programs that a cell with an agent needs, by name. Those that
// are not there are left out.
func (p Programs) All() map[string]string {
	found := map[string]string{}
	for _, name := range []string{CardEmu, MockCIS2, PortService, Agent, Pinentry, Conformance} {
		if path, err := p.Built(name); err == nil {
			found[name] = path
		}
	}
	return found
}

// Of are those that a cell needs, with the Windows programs among them under
// their plain names.
func (p Programs) Of(c cell.Cell) map[string]string {
	found := p.All()
	if c.Kind != rig.Windows {
		return found
	}
	for _, name := range []string{PortService, Agent, Pinentry, Conformance} {
		delete(found, name)
		if path, err := p.Built(Judging(c, name)); err == nil {
			found[name] = path
		}
	}
	return found
}

// System is the path of a program that the system provides. Errors wrap
// ErrMissing and name the Debian package.
func (Programs) System(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: %s is not installed; on Debian: apt-get install %s", ErrMissing, name, name)
}

// Driver is the path of the virtual reader's driver. Errors wrap ErrMissing.
func (Programs) Driver() (string, error) {
	if _, err := os.Stat(driver); err != nil {
		return "", fmt.Errorf("%w: %s is not installed; on Debian: apt-get install vsmartcard-vpcd", ErrMissing, driver)
	}
	return driver, nil
}
