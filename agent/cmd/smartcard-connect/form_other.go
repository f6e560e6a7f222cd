//go:build !windows

package main

import (
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/gtk"
)

// desktopForm is the name of this system's form in the settings.
const desktopForm = "gtk"

func runForm(f *child.Form) error { return gtk.Run(f) }
