package main

import (
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/instance"
)

// socket is where the agent and later launches meet: a named pipe of this
// user's session. A folder, as benches give one, has its own.
func (f sessionFlag) socket() string {
	name := ""
	if f.Session != "" {
		hash := sha256.Sum256([]byte(f.Session))
		name = "-" + hex.EncodeToString(hash[:8])
	}
	pipe, err := instance.Pipe(name)
	if err != nil {
		return ""
	}
	return pipe
}

// letForward lets the agent that runs bring its window to the front: Windows
// grants that to whom the person just started, which is this launch.
func letForward() {
	const anyone = ^uintptr(0) // ASFW_ANY
	_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow").Call(anyone)
}
