//go:build !linux

package namespace

import (
	"fmt"
	"os/exec"
	"runtime"
)

// Start refuses: only Linux has namespaces.
func Start(*exec.Cmd) (func() error, error) {
	return nil, fmt.Errorf("%w: %s has none", ErrUnavailable, runtime.GOOS)
}

// Setup refuses likewise.
func Setup(func(), ...string) error {
	return fmt.Errorf("%w: %s has none", ErrUnavailable, runtime.GOOS)
}
