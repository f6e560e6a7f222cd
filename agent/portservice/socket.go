//go:build !windows

package portservice

import (
	"context"
	"fmt"
	"net"
	"os"
)

// DefaultSocket is where agents register when nobody says otherwise.
const DefaultSocket = "/run/smartcard-connect/ports.sock"

// listenSocket makes the socket, which every user may connect to. A socket
// nobody answers on is left over from a crash and is replaced.
func listenSocket(path string) (net.Listener, error) {
	if c, err := net.Dial("unix", path); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("portservice: another service answers on %s", path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		_ = os.Remove(path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("portservice: %w", err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("portservice: %w", err)
	}
	return l, nil
}

// dialSocket is an agent's way to it.
func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "unix", path)
}
