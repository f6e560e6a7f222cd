package portservice

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Squatter names the program that listens on a loopback port: its name and
// process where the system tells, otherwise "unknown".
func Squatter(port int) string {
	pid, ok := peer.Listener(port)
	if !ok {
		return "unknown"
	}
	name := program(pid)
	if name == "" {
		return fmt.Sprintf("process %d", pid)
	}
	return fmt.Sprintf("%s (process %d)", name, pid)
}

// program is the file name of a process, or empty.
func program(pid uint32) string {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(process) }()
	name := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(name))
	if windows.QueryFullProcessImageName(process, 0, &name[0], &size) != nil {
		return ""
	}
	return filepath.Base(windows.UTF16ToString(name[:size]))
}
