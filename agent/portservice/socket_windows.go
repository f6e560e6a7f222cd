package portservice

import (
	"context"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"

	"github.com/smartcard-connect/smartcard-connect/agent/accept"
)

// DefaultSocket is where agents register when nobody says otherwise: a named
// pipe.
const DefaultSocket = `\\.\pipe\smartcard-connect-ports`

// everyAgent is who may do what with the pipe, in SDDL: the system and
// administrators all, users at the machine or in a remote desktop read and write
// but make no pipe of the same name (FILE_CREATE_PIPE_INSTANCE is left out of
// 12019b), and nobody comes in over the network.
const everyAgent = "D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;0x12019b;;;IU)"

// listenSocket makes the pipe. go-winio insists on being its first server, so a
// second service, or somebody who waits for agents to confide in, is noticed.
func listenSocket(path string) (net.Listener, error) {
	l, err := winio.ListenPipe(path, &winio.PipeConfig{SecurityDescriptor: everyAgent})
	if err != nil {
		return nil, fmt.Errorf("portservice: pipe %s: %w", path, err)
	}
	accept.Occupy(path)
	return l, nil
}

// dialSocket is an agent's way to it. The server learns who the agent is, and
// may not act in its name (go-winio asks for SECURITY_ANONYMOUS).
func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, path)
}
