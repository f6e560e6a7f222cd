//go:build !linux || !(amd64 || arm64)

package gtk

import (
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// Run says that there is no such form here.
func Run(f *child.Form) error {
	return f.Unavailable(errors.New("the GTK form is for Linux on amd64 and arm64"))
}
