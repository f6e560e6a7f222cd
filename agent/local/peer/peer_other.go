//go:build !linux && !windows

package peer

import (
	"fmt"
	"net/netip"
	"runtime"
)

func self() (Owner, error) { return Owner{}, unsupported() }

func find(netip.AddrPort, netip.AddrPort) (Owner, error) { return Owner{}, unsupported() }

func unsupported() error {
	return fmt.Errorf("%w: not implemented on %s", ErrUnknown, runtime.GOOS)
}
