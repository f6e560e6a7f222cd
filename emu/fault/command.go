package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// overlay is an applet with another way to process commands.
type overlay struct {
	applet.Applet
	process func(iso7816.Command) iso7816.Response
}

// Process runs one whole command.
func (o overlay) Process(c iso7816.Command) iso7816.Response { return o.process(c) }

// signs reports whether the last part of a command makes a card use a private
// key: GENERAL AUTHENTICATE or PERFORM SECURITY OPERATION.
func signs(command []byte) bool {
	return len(command) > 4 && command[0]&0x10 == 0 && (command[1] == 0x87 || command[1] == 0x2A)
}

// good reports whether a response ends with 9000.
func good(response []byte) bool {
	n := len(response)
	return n >= 2 && response[n-2] == 0x90 && response[n-1] == 0x00
}
