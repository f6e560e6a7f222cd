//go:build !windows

package win32

import (
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// Run says that there is no such form here.
func Run(f *child.Form) error {
	return f.Unavailable(errors.New("the Win32 form is for Windows"))
}
