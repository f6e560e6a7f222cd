//go:build !windows

package local

import (
	"errors"
	"syscall"
)

// exclusive has nothing to do: without SO_REUSEPORT a bound port is nobody
// else's.
func exclusive(string, string, syscall.RawConn) error { return nil }

// inUse says that another program has the port.
func inUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
