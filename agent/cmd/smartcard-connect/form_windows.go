package main

import (
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/win32"
)

// desktopForm is the name of this system's form in the settings.
const desktopForm = "win32"

func runForm(f *child.Form) error { return win32.Run(f) }
