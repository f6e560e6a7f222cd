//go:build !linux

package portservice

import (
	"fmt"
	"net"
	"runtime"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// credentials are not available: registration is refused rather than believed.
func credentials(*net.UnixConn) (peer.Owner, error) {
	return peer.Owner{}, fmt.Errorf("portservice: agents cannot be told apart on %s yet", runtime.GOOS)
}
