//go:build !linux && !windows

package portservice

import (
	"fmt"
	"net"
	"runtime"
)

// registrant is not available: registration is refused rather than believed.
func registrant(net.Conn) (Registrant, error) {
	return Registrant{}, fmt.Errorf("portservice: agents cannot be told apart on %s yet", runtime.GOOS)
}
